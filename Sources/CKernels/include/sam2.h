// Kernels of SAM 2's own layers.
#pragma once

#include <stddef.h>
#include <stdint.h>

// mask_rows.c: GELU of the layer norm (by factor and shift) of a 3×3 convolution of stride 2 with zero padding, weight [4, 9],
// for rows [begin, end) of out [height / 2, width / 2, 4], which begins with row `begin`. The mask's height is even, its width
// a multiple of 32.
void ditta_embed_mask_rows(void *out, const float *mask, const float *weight, const float *bias, const float *factor,
                           const float *shift, float epsilon, size_t width, size_t begin, size_t end, int bf16);

// A mask's logits as probabilities, or 1 above 0 and 0 elsewhere if `cut`; times scale plus shift.
void ditta_mask_values(float *x, size_t count, int cut, float scale, float shift);
