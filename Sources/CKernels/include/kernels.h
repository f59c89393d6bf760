// The numeric kernels: what Swift alone does not make fast (reductions, transcendental functions, gathers).
// Every matrix is row-major float32; `rows` are positions, `columns` are channels. Ranges [begin, end) let the
// caller split the work among threads: kernels never start any themselves.
#pragma once

#include <stddef.h>
#include <stdint.h>

// elementwise.c
void ditta_add(float *x, const float *y, size_t count);
void ditta_relu(float *out, const float *x, size_t count);
// gradient[i] = 0 where output[i] <= 0.
void ditta_relu_backward(float *gradient, const float *output, size_t count);
void ditta_scale_columns(float *x, const float *scale, size_t rows, size_t columns);
// x = x * keep + y * (1 - keep)
void ditta_move_towards(float *x, const float *y, float keep, size_t count);
// One step of AdamW; `correction1` and `correction2` are 1 - beta^step.
void ditta_adamw(float *x, float *moment1, float *moment2, const float *gradient, size_t count, float rate,
                 float beta1, float beta2, float epsilon, float decay, float correction1, float correction2);
void ditta_exp(float *out, const float *x, size_t count);
void ditta_gelu(float *out, const float *x, size_t count);

// normalize.c
void ditta_layer_norm(float *out, const float *x, const float *weight, const float *bias, size_t rows,
                      size_t columns, float epsilon);
// Adds each column's sum of x and of (x - center)², in double.
void ditta_column_moments(double *sum, double *squares, const float *x, const float *center, size_t rows,
                          size_t columns);
// out = x * scale + shift, a scale and a shift for each column.
void ditta_affine_columns(float *out, const float *x, const float *scale, const float *shift, size_t rows,
                          size_t columns);
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

// convolution.c
// Patches of x [height, width, channels] for output rows [begin, end): out [rows * outWidth, kernel², channels],
// zero outside the picture.
void ditta_unfold(float *out, const float *x, size_t height, size_t width, size_t channels, size_t kernel,
                  size_t stride, size_t padding, size_t outWidth, size_t begin, size_t end);
// Depthwise 3×3 with zero padding, plus bias, then GELU, for rows [begin, end). weight [9, channels].
void ditta_depthwise_gelu(float *out, const float *x, const float *weight, const float *bias, size_t height,
                          size_t width, size_t channels, size_t begin, size_t end);

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
// Sets out [classes, end - begin] to output pixels [begin, end) of row y of logits [*, width, classes].
// `scratch` holds 2 * width * classes floats; it is filled when begin == 0 and read again for later tiles of the row.
void ditta_upsample_tile(float *out, float *scratch, const float *logits, size_t width, size_t classes,
                         ditta_axis rows, ditta_axis columns, size_t y, size_t begin, size_t end);

