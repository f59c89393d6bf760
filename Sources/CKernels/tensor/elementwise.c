// Maps over flat arrays.
#include "tensor.h"
#include "../shared/vector.h"
#include "../shared/vector_math.h"

DITTA_KERNEL void ditta_add(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

DITTA_KERNEL float ditta_maximum(const float *x, size_t count) {
    DITTA_RELAXED
    float highest = -INFINITY;
    for (size_t i = 0; i < count; i++) highest = x[i] > highest ? x[i] : highest;
    return highest;
}

DITTA_KERNEL void ditta_relu(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = x[i] > 0.0f ? x[i] : 0.0f;
}

DITTA_KERNEL void ditta_relu_backward(float *gradient, const float *output, size_t count) {
    for (size_t i = 0; i < count; i++) gradient[i] = output[i] > 0.0f ? gradient[i] : 0.0f;
}

DITTA_KERNEL void ditta_scale_columns(float *x, const float *scale, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * columns;
        for (size_t c = 0; c < columns; c++) row[c] *= scale[c];
    }
}

DITTA_KERNEL void ditta_move_towards(float *x, const float *y, float keep, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = x[i] * keep + y[i] * (1.0f - keep);
}

DITTA_KERNEL void ditta_adamw(float *x, float *moment1, float *moment2, const float *gradient, size_t count,
                              float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
                              float correction2) {
    float root = sqrtf(correction2);
    float step = rate / correction1;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        moment1[i] = moment1[i] * beta1 + g * (1.0f - beta1);
        moment2[i] = moment2[i] * beta2 + g * g * (1.0f - beta2);
        // PyTorch's order: decay first, then the step.
        x[i] = x[i] * (1.0f - rate * decay) - step * moment1[i] / (sqrtf(moment2[i]) / root + epsilon);
    }
}

DITTA_KERNEL void ditta_exp(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = ditta_expf(x[i]);
}

DITTA_KERNEL void ditta_log(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = ditta_logf(x[i]);
}

DITTA_INLINE void gelu(float *out, const float *x, size_t count) {
    DITTA_CONTRACT
    for (size_t i = 0; i < count; i += ditta_lanes) {
        size_t some = count - i < ditta_lanes ? count - i : ditta_lanes;
        ditta_store_some(out, i, some, ditta_gelu16(ditta_load_some(x, i, some, 0.0f, 0), 0), 0);
    }
}

DITTA_KERNEL void ditta_gelu(float *out, const float *x, size_t count) { gelu(out, x, count); }
