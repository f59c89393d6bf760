// Kernels of SegFormer's own layers.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tensor.h"

// fuse_row.c
// ReLU of base [width, channels] plus each level's line [*, channels] resampled along its axis.
void ditta_fuse_row(void *out, const float *base, const float *const *lines, const ditta_axis *axes, size_t levels,
                    size_t width, size_t channels, int bf16);
