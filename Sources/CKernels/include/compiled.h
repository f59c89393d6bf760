// Kernels of Compiled: what runs between products, on a tile and in either precision.
#pragma once

#include <stddef.h>
#include <stdint.h>

// rows.c: between the products of a compiled network. `bf16` says that what is void holds bfloat16 and not float32.
void ditta_to_bfloat16s(void *out, const float *x, size_t count);
void ditta_from_bfloat16s(float *out, const void *x, size_t count);
// e^(x - the row's highest) and its sum for each row: softmax but for the division. Rows are `stride` long, a multiple of
// 16, of which the first `columns` count; the others become 0.
void ditta_exponential_rows(void *out, float *sums, const float *x, size_t rows, size_t columns, size_t stride,
                            int bf16);
// Row r of x divided by sums[r], to rows that begin `stride` apart.
void ditta_divide_rows(void *out, size_t stride, const float *x, const float *sums, size_t rows, size_t columns,
                       int bf16);
// Depthwise 3×3 with zero padding, plus bias, then GELU, for rows [begin, end): out begins with row `begin`. weight [9,
// channels].
void ditta_depthwise_gelu(void *out, const void *x, const float *weight, const float *bias, size_t height,
                          size_t width, size_t channels, size_t begin, size_t end, int bf16);
// Patches of x [height, width] for output rows [begin, end): out [rows * outWidth, kernel²] cells, zero outside the
// picture. A cell is all channels of a position; `cell` is its size in bytes.
void ditta_unfold(void *out, const void *x, size_t height, size_t width, size_t cell, size_t kernel, size_t stride,
                  size_t padding, size_t outWidth, size_t begin, size_t end);

// attention_rows.c: what transformers need between products besides.
// GELU of each number; `from` says that x holds bfloat16.
void ditta_gelu_rows(void *out, const void *x, size_t count, int from, int bf16);
// a / (1 + e^-a) · b of rows of x [rows, 2 · columns], whose first halves are a and second halves b; `from` as above.
void ditta_swiglu_rows(void *out, const void *x, size_t rows, size_t columns, int from, int bf16);
// A softmax whose keys come in blocks: out = e^(x - highest), `highest` [rows] being the highest score so far, this block's
// among them; where it rises, `sums` [rows] and `totals` [rows, width] are brought to the new one. Then the block's sum is
// added to `sums`. Rows of x and out are `stride` long, a multiple of 16, of which the first `columns` count; the others
// become 0.
void ditta_running_softmax(void *out, float *sums, float *highest, float *totals, const float *x, size_t rows,
                           size_t columns, size_t stride, size_t width, int bf16);
// The highest of four rows of numbers.
void ditta_pool_rows(float *out, const float *a, const float *b, const float *c, const float *d, size_t columns);
// Each pair of numbers turned by its angle.
void ditta_rotate_rows(float *out, const float *x, const float *cosines, const float *sines, size_t count);
// Sums of two matrices' numbers.
void ditta_sum_rows(void *out, const float *x, const float *y, size_t count, int bf16);

// depthwise.c: an odd kernel, stride 1 and zero padding, plus bias, for rows [begin, end): out begins with row `begin`. weight
// [kernel², channels].
void ditta_depthwise(float *out, const float *x, const float *weight, const float *bias, size_t kernel, size_t height,
                     size_t width, size_t channels, size_t begin, size_t end);
