// The numeric kernels: what Swift alone does not make fast (reductions, transcendental functions, gathers).
// Every matrix is row-major float32; `rows` are positions, `columns` are channels. Ranges [begin, end) let the
// caller split the work among threads: kernels never start any themselves.
#pragma once

#include <stddef.h>
#include <stdint.h>

// allocation.c: has the C library keep what is freed, where it lets itself be told (glibc). For the start of a program.
void ditta_keep_freed_memory(void);

// Gives what was kept so far back to the system.
void ditta_give_back_freed_memory(void);

// elementwise.c
void ditta_add(float *x, const float *y, size_t count);
float ditta_maximum(const float *x, size_t count);
void ditta_relu(float *x, size_t count);
// gradient[i] = 0 where output[i] <= 0.
void ditta_relu_backward(float *gradient, const float *output, size_t count);
void ditta_scale_columns(float *x, const float *scale, size_t rows, size_t columns);
// x = x * keep + y * (1 - keep)
void ditta_move_towards(float *x, const float *y, float keep, size_t count);
// One step of AdamW; `correction1` and `correction2` are 1 - beta^step.
void ditta_adamw(float *x, float *moment1, float *moment2, const float *gradient, size_t count, float rate,
                 float beta1, float beta2, float epsilon, float decay, float correction1, float correction2);
// What vector_math.h and vector.h compute, for their test.
void ditta_exp(float *out, const float *x, size_t count);
void ditta_log(float *out, const float *x, size_t count);
void ditta_gelu(float *out, const float *x, size_t count);

// normalize.c
// Adds each column's sum of x and of (x - center)², in double.
void ditta_column_moments(double *sum, double *squares, const float *x, const float *center, size_t rows,
                          size_t columns);
// out = x * scale + shift, a scale and a shift for each column; at least `floor`.
void ditta_affine_columns(float *out, const float *x, const float *scale, const float *shift, float floor,
                          size_t rows, size_t columns);
// Adds each column's sum of g and of g * x, in double.
void ditta_column_dot(double *sum, double *dot, const float *g, const float *x, size_t rows, size_t columns);
// g = a * g + b * x + c, with a, b, c for each column.
void ditta_affine2_columns(float *g, const float *x, const float *a, const float *b, const float *c, size_t rows,
                           size_t columns);
// Softmax over each row of x * scale, in place.
void ditta_softmax_rows(float *x, float scale, size_t rows, size_t columns);
// Divides each row by its Euclidean norm (at least 1e-12), which goes to `norms`.
void ditta_unit_rows(float *out, float *norms, const float *x, size_t rows, size_t columns);
// Gradient of ditta_unit_rows in place: g = (g - y (g·y)) / norm.
void ditta_unit_rows_backward(float *g, const float *y, const float *norms, size_t rows, size_t columns);

// resample.c
// One axis of a separable resampling: output i is the sum over k of weight[k * length + i] * input[index[k * length + i]].
typedef struct {
    const int32_t *index;
    const float *weight;
    size_t taps;
    size_t length;
} ditta_axis;

// Output rows [begin, end): out [end - begin, columns] from x [*, columns]; adds to out if `accumulate`.
void ditta_resample_rows(float *out, const float *x, ditta_axis axis, size_t columns, int accumulate, size_t begin,
                         size_t end);
// The same for planes [columns, channels] of one row each: out [axis.length, channels] from x [*, channels].
void ditta_resample_columns(float *out, const float *x, ditta_axis axis, size_t channels, int accumulate);

// frozen.c: between the products of a frozen network. `half` says that what is void holds bfloat16 and not float32.
void ditta_to_halves(void *out, const float *x, size_t count);
void ditta_from_halves(float *out, const void *x, size_t count);
void ditta_layer_norm(void *out, const float *x, const float *weight, const float *bias, size_t rows,
                           size_t columns, float epsilon, int half);
// e^(x - the row's highest) and its sum for each row: softmax but for the division. Rows are `stride` long, a multiple of
// 16, of which the first `columns` count; the others become 0.
void ditta_exponential_rows(void *out, float *sums, const float *x, size_t rows, size_t columns, size_t stride,
                            int half);
// Row r of x divided by sums[r], to rows that begin `stride` apart.
void ditta_divide_rows(void *out, size_t stride, const float *x, const float *sums, size_t rows, size_t columns,
                       int half);
// Depthwise 3×3 with zero padding, plus bias, then GELU, for rows [begin, end): out begins with row `begin`. weight [9,
// channels].
void ditta_depthwise_gelu(void *out, const void *x, const float *weight, const float *bias, size_t height,
                          size_t width, size_t channels, size_t begin, size_t end, int half);
// Patches of x [height, width] for output rows [begin, end): out [rows * outWidth, kernel²] cells, zero outside the
// picture. A cell is all channels of a position; `cell` is its size in bytes.
void ditta_unfold(void *out, const void *x, size_t height, size_t width, size_t cell, size_t kernel, size_t stride,
                  size_t padding, size_t outWidth, size_t begin, size_t end);
// ReLU of base [width, channels] plus each level's line [*, channels] resampled along its axis.
void ditta_fuse_row(void *out, const float *base, const float *const *lines, const ditta_axis *axes, size_t levels,
                    size_t width, size_t channels, int half);
// attention_rows.c: between the products of SAM 2.
// GELU of each number; `from` says that x holds bfloat16.
void ditta_gelu_rows(void *out, const void *x, size_t count, int from, int half);
// A softmax whose keys come in blocks: out = e^(x - highest), `highest` [rows] being the highest score so far, this block's
// among them; where it rises, `sums` [rows] and `totals` [rows, width] are brought to the new one. Then the block's sum is
// added to `sums`. Rows of x and out are `stride` long, a multiple of 16, of which the first `columns` count; the others
// become 0.
void ditta_running_softmax(void *out, float *sums, float *highest, float *totals, const float *x, size_t rows,
                           size_t columns, size_t stride, size_t width, int half);
// The highest of four rows of numbers.
void ditta_pool_rows(float *out, const float *a, const float *b, const float *c, const float *d, size_t columns);
// A mask's logits as probabilities, or 1 above 0 and 0 elsewhere if `cut`; times scale plus shift.
void ditta_mask_values(float *x, size_t count, int cut, float scale, float shift);
// Each pair of numbers turned by its angle.
void ditta_rotate_rows(float *out, const float *x, const float *cosines, const float *sines, size_t count);
// Sums of two matrices' numbers.
void ditta_sum_rows(void *out, const float *x, const float *y, size_t count, int half);
// depthwise.c: an odd kernel, stride 1 and zero padding, plus bias, for rows [begin, end): out begins with row `begin`. weight
// [kernel², channels].
void ditta_depthwise(float *out, const float *x, const float *weight, const float *bias, size_t kernel, size_t height,
                     size_t width, size_t channels, size_t begin, size_t end);
// mask_rows.c: GELU of the layer norm (by factor and shift) of a 3×3 convolution of stride 2 with zero padding, weight [4, 9],
// for rows [begin, end) of out [height / 2, width / 2, 4], which begins with row `begin`. The mask's height is even, its width
// a multiple of 32.
void ditta_embed_mask_rows(void *out, const float *mask, const float *weight, const float *bias, const float *factor,
                           const float *shift, float epsilon, size_t width, size_t begin, size_t end, int half);

// pixels.c: rows [begin, end) of RGB pixels x [*, width, 3], resampled, times scale [3] plus shift [3]: out
// [end - begin, columns.length, 3]. `line` is scratch of 3 * width + 1 floats.
void ditta_normalize_pixels(float *out, const uint8_t *x, size_t width, ditta_axis rows, ditta_axis columns,
                            const float *scale, const float *shift, float *line, size_t begin, size_t end);

// dense_prediction.c: full-resolution rows from logits [*, width, classes] at the network's resolution. `rows` and
// `columns` upsample them; a row's values live in `scratch`, 2 * width * classes + 2 * (classes + 1) * columns.length floats.
typedef struct {
    const float *logits;
    size_t width;
    size_t classes;
    ditta_axis rows;
    ditta_axis columns;
} ditta_logits;

// Row y of the probabilities' entropy.
void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y);

// dense_loss.c: losses at full resolution, with the logits' gradient; a row's values live in `scratch`,
// 3 * width * stride + 4 * stride floats, stride being the classes rounded up to whole sixteens.
// Row y of the softmax's entropy where the softmax is taken twice (the released code's reliability of features).
void ditta_double_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y);
// Adds row y's loss to *loss, and the gradient of the logits, multiplied by scale, to `gradient` [*, width, classes].
// Pixels whose target is 65535 have none. With `probabilities` the cross entropy takes the softmax's output for logits,
// as the released code does.
void ditta_cross_entropy_row(float *gradient, double *loss, ditta_logits logits, const uint16_t *targets, float scale,
                             int probabilities, float *scratch, size_t y);
// Adds row y's Σ u KL(softmax(source) || softmax(logits)) to *loss, its gradient to `gradient`, and Σ u to *total, where
// a pixel's weight u is the sum of the classes' weights, weighted by the source's probabilities.
void ditta_divergence_row(float *gradient, double *loss, double *total, ditta_logits logits, ditta_logits source,
                          const float *weights, float *scratch, size_t y);

// doubt.c
// Which pixels are in doubt: those whose reliability 1 - entropy / highest is below the threshold.
typedef struct {
    float highest;
    float threshold;
} ditta_doubt;
// Sets `cells` [*, width] to 1 for every cell that a doubtful pixel of row y takes from.
void ditta_doubtful_cells_row(uint8_t *cells, ditta_logits logits, const float *entropy, ditta_doubt doubt, size_t y);
// Row y of the entropy where the prediction of entropy `own` is in doubt, 0 elsewhere. This and ditta_blend_row take
// (1 + 2 * columns.taps) * columns.length floats more of `scratch`.
void ditta_doubtful_entropy_row(float *entropy, ditta_logits logits, const float *own, ditta_doubt doubt,
                                float *scratch, size_t y);
// Row y of the blend of two predictions: where the first is in doubt, the label is the argmax of both probabilities
// weighted by relative reliability; elsewhere it stays.
void ditta_blend_row(uint16_t *labels, ditta_logits first, const float *entropy1, ditta_doubt doubt,
                     ditta_logits second, const float *entropy2, float highest2, float *scratch, size_t y);

// labels.c
// The first of the highest logits of each cell.
void ditta_cell_labels(uint16_t *labels, const float *logits, size_t cells, size_t classes);
// Rows [begin, end) of the upsampled logits' labels, by the labels `cells` [*, width] of the logits themselves. `scratch`
// holds classes + width + columns.length floats. Weights must be positive, or 0 for taps that are none.
void ditta_label_rows(uint16_t *labels, const uint16_t *cells, ditta_logits logits, float *scratch, size_t begin,
                      size_t end);

// window_attention.c: queries and keys [height, width, channels], values [height, width, classes]; each query sees the
// keys at most `radius` (15 or less) cells away along each side, within the picture. Slot (dy + r)(2r + 1) + dx + r of
// `weights` [height, width, (2r + 1)²] is the key at offset (dy, dx); 0 outside.
typedef struct {
    size_t height;
    size_t width;
    size_t channels;
    size_t classes;
    size_t radius;
} ditta_window;
// Rows [begin, end) of queries; `weights` may be null.
void ditta_window_attention(float *out, float *weights, const float *query, const float *key,
                            const float *value, ditta_window window, size_t begin, size_t end);
// The same for queries [count, channels] of some cells, into their places in `out` [height, width, classes].
void ditta_window_attention_at(float *out, const int32_t *cells, size_t count, const float *query, const float *key,
                               const float *value, ditta_window window);
// Rows [begin, end) of queries: turns `weights`' copy `scores` into gradients of the scores, and sets dQuery.
void ditta_window_attention_query_backward(float *dQuery, float *scores, const float *gradient, const float *weights,
                                           const float *key, const float *value, ditta_window window, size_t begin,
                                           size_t end);
// Rows [begin, end) of keys: sets dKey and dValue from the scores' gradients.
void ditta_window_attention_key_backward(float *dKey, float *dValue, const float *scores, const float *gradient,
                                         const float *weights, const float *query, ditta_window window, size_t begin,
                                         size_t end);

// contrast.c: cosine similarity of upsampled unit features, by low-resolution products. Features [count, channels] are those
// of some cells of the map, `cell` [count] their numbers and `place` [height * width] the way back, -1 elsewhere. `gram`
// [4, count] holds each one's product with its right, lower and lower-right neighbour, and that of its right with its lower
// neighbour; 0 where there is none.
typedef struct {
    const float *gram;
    size_t count;
    const int32_t *cell;
    const int32_t *place;
    size_t height;
    size_t width;
    ditta_axis rows;
    ditta_axis columns;
} ditta_cells;
// Places [begin, end) of `gram`; that of `cells` is not read.
void ditta_gram(float *gram, const float *features, size_t channels, ditta_cells cells, size_t begin, size_t end);
// Places [begin, end): adds to dFeatures what gradients of the Gram terms give.
void ditta_gram_backward(float *dFeatures, const float *dGram, const float *features, size_t channels,
                         ditta_cells cells, size_t begin, size_t end);
// Row y: adds each pixel's weight over the norm of its upsampled feature to `weights` [objects, count] at its four cells,
// which are there wherever `object` is not 65535 (outside all masks).
void ditta_prototype_row(float *weights, ditta_cells cells, const uint16_t *object, const float *reliability, size_t y);
// Row y: cross entropy of similarity to the prototypes; adds the loss to *sum and gradients, times scale, to
// dSimilarity [count, objects] and dGram.
void ditta_contrast_row(float *dSimilarity, float *dGram, double *sum, const float *similarity, size_t objects,
                        ditta_cells cells, const uint16_t *object, float scale, size_t y);

// descriptors.c: 16-bit planes [height, pairs + 1, stride] of cells: each place holds a pair of channels in steps of 2^-13,
// and the last plane -½|cell|² in steps of 2^-26. A row's cells begin `margin` places into a plane.
typedef struct {
    size_t height;
    size_t width;
    size_t pairs;
    size_t margin;
    size_t stride;
} ditta_planes;
// What descriptors are made of: `fine` [height, width, fineChannels], `coarse` [*, coarseWidth, coarseChannels] with its way
// to that size, and `pixels` [4 height, 4 width, 3].
typedef struct {
    const float *fine;
    size_t fineChannels;
    const float *coarse;
    size_t coarseWidth;
    size_t coarseChannels;
    ditta_axis rows;
    ditta_axis columns;
    const float *pixels;
} ditta_levels;
// Rows [begin, end): both levels' channels without their mean and of unit length, then half the mean colour. `scratch` holds
// (coarseWidth + 1) * coarseChannels + 16 * (pairs + 3) floats.
void ditta_descriptor_rows(int32_t *planes, ditta_planes layout, ditta_levels levels, float *scratch, size_t begin,
                           size_t end);

// matched_memory.c: values [height, width, stride] are the C class probabilities of a cell, the frames' worth of evidence behind
// them, and zeros up to a multiple of 16; radius + 16 cells before and after them can be read.
typedef struct {
    size_t classes;
    size_t stride;
    size_t radius;
    float sharpness;
    float doubt;
    float tolerance;
    float frames;
} ditta_memory;
// Rows [begin, end) of the new values, and of their logarithms [height, width, classes], from this frame's logits and, unless
// null, the values of the one before: each cell finds itself there within the window by ½|q - k|² of the descriptors.
// `begin` is even, the radius at most 15. `scratch` holds 3 * (2 radius + 2) * (2 radius + 11) * 16 + 4 * stride floats.
void ditta_remember(float *values, float *logarithms, const float *logits, const int32_t *queries, const int32_t *keys,
                    const float *past, ditta_planes layout, ditta_memory memory, float *scratch, size_t begin,
                    size_t end);

// match.c: cells of unit-free descriptors [height, width, channels], matched by similarity -½|a - b|² - penalty · |o|²,
// o being the offset from the window's centre. `centers` [height * width, 2] moves each query's window by (dy, dx).
typedef struct {
    size_t height;
    size_t width;
    size_t channels;
    size_t radius;
    float penalty;
    const int32_t *centers;
} ditta_search;
// Rows [begin, end) of queries: merges the best `count` cells of the window into each query's list of cells, numbered
// from `first`, and similarities, best first; the lists of row `begin` come first. For each reference cell, the best query so far goes to `back` [height *
// width] with its similarity in `backBest`, if these are given.
void ditta_match(int32_t *cells, float *similarities, size_t count, int32_t *back, float *backBest,
                 const float *query, const float *reference, int32_t first, ditta_search search, size_t begin,
                 size_t end);
