// The kernels of gradients. Matrices are row-major float32; `adding` says that a result is added to what is there.
#pragma once

#include <stddef.h>
#include <stdint.h>

// layer_norm_backward.c: gradient of layer normalisation, from its input x. Sets dx unless it is null, and unless they are
// null adds to `dWeight` and `dBias`, in double, the sums over rows of g * normalised x and of g.
void ditta_layer_norm_backward(float *dx, double *dWeight, double *dBias, const float *g, const float *x,
                               const float *weight, size_t rows, size_t columns, float epsilon, int adding);

// activations_backward.c: dx = g * GELU'(x), with GELU(x) = x Φ(x).
void ditta_gelu_backward(float *dx, const float *g, const float *x, size_t count, int adding);
// Gradient of ditta_softmax_rows, whose result y is given: dx = scale * y (g - g·y) for each row. dx may be g.
void ditta_softmax_rows_backward(float *dx, const float *g, const float *y, float scale, size_t rows, size_t columns,
                                 int adding);

// convolution_backward.c: adjoint of ditta_unfold for rows [begin, end) of the picture: x [height, width] cells of `cell`
// numbers gets the sums of all patches' numbers [outHeight * outWidth, kernel²] cells that were taken from each place.
void ditta_fold(float *x, const float *patches, size_t height, size_t width, size_t cell, size_t kernel, size_t stride,
                size_t padding, size_t outHeight, size_t outWidth, size_t begin, size_t end, int adding);
// Gradients of ditta_depthwise's weight [kernel², channels] and bias [channels], which rows [begin, end) of the output add to.
void ditta_depthwise_weight_backward(double *dWeight, double *dBias, const float *g, const float *x, size_t kernel,
                                     size_t height, size_t width, size_t channels, size_t begin, size_t end);

// gather.c: row i of out is row index[i] of x, or zeros where index[i] is negative.
void ditta_gather_rows(float *out, const float *x, const int32_t *index, size_t count, size_t columns, int adding);
// Its adjoint: adds columns [begin, end) of row i of x to those of row index[i] of out.
void ditta_scatter_add_rows(float *out, const float *x, const int32_t *index, size_t count, size_t columns,
                            size_t begin, size_t end);
