// Kernels of Sparse: convolutions over the occupied voxels of a grid.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Which rows an offset of the kernel joins: pair p of offset k, for starts[k] <= p < starts[k + 1], takes row sources[p] of the
// input to row targets[p] of the output. Within an offset both ascend.
typedef struct {
    const int32_t *sources;
    const int32_t *targets;
    const size_t *starts;
    size_t volume;
} ditta_pairs;

// Numbers from `begin` up to, and without, `end`.
typedef struct {
    size_t begin;
    size_t end;
} ditta_range;

// panels.c: matrices [volume, inputs, outputs], or if `transposed` [volume, outputs, inputs], as panels
// [volume, vectors, inputs, 16]: sixteen outputs side by side, zeros after the last one.
void ditta_pack_panels(float *panels, const float *matrices, size_t volume, size_t inputs, size_t outputs,
                       int transposed);

// convolution.c: out [*, outputs] = the sum of x [*, inputs] · matrix over each row's pairs, or if `adding` out + it, for some
// of its rows and some of its vectors of sixteen outputs; `outputs` are a multiple of 16.
void ditta_sparse_convolution(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs,
                              size_t outputs, ditta_range rows, ditta_range vectors, int adding);

// weight_gradient.c: adds xᵀ · g of the pairs of some offsets whose output rows are in `rows` to matrices [volume, inputs,
// outputs]; `outputs` are a multiple of 16.
void ditta_sparse_weight_gradient(float *matrices, const float *x, const float *g, ditta_pairs pairs,
                                  ditta_range offsets, ditta_range rows, size_t inputs, size_t outputs);
