// Kernels of Tensors: reductions, normalisation, resampling and window attention.
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

// layer_norm.c: layer normalisation of rows, into either precision: `bf16` says that out holds bfloat16.
void ditta_layer_norm(void *out, const float *x, const float *weight, const float *bias, size_t rows,
                           size_t columns, float epsilon, int bf16);

// pixels.c: rows [begin, end) of RGB pixels x [*, width, 3], resampled, times scale [3] plus shift [3]: out
// [end - begin, columns.length, 3]. `line` is scratch of 3 * width + 1 floats.
void ditta_normalize_pixels(float *out, const uint8_t *x, size_t width, ditta_axis rows, ditta_axis columns,
                            const float *scale, const float *shift, float *line, size_t begin, size_t end);

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
