// Gradients of what works on single numbers or rows.
#include "training.h"
#include "../shared/vector.h"

// Φ(x) + x φ(x), with the erf of Abramowitz and Stegun 7.1.26: absolute error below 1e-6.
DITTA_INLINE ditta_v16 gelu_slope(ditta_v16 x) {
    DITTA_CONTRACT
    ditta_v16 magnitude = __builtin_elementwise_abs(x), z = magnitude * 0.70710678118654752f;
    ditta_v16 t = 1.0f / (1.0f + 0.3275911f * z);
    ditta_v16 p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    ditta_v16 power = ditta_exp16(-z * z);
    // GELU'(-x) = 1 - GELU'(x), so it is worked out for |x|: `tail` is 1 - Φ(|x|).
    ditta_v16 tail = 0.5f * p * t * power;
    ditta_v16 above = 1.0f - tail + magnitude * power * 0.39894228040143268f;
    ditta_v16i negative = x < ditta_splat(0.0f);
    ditta_v16 below = 1.0f - above;
    return (ditta_v16)(((ditta_v16i)below & negative) | ((ditta_v16i)above & ~negative));
}

DITTA_INLINE void gelu_backward(float *dx, const float *g, const float *x, size_t count, int adding) {
    DITTA_CONTRACT
    for (size_t i = 0; i < count; i += ditta_lanes) {
        size_t some = count - i < ditta_lanes ? count - i : ditta_lanes;
        ditta_v16 value = ditta_load_some(g, i, some, 0.0f, 0) * gelu_slope(ditta_load_some(x, i, some, 0.0f, 0));
        if (adding) value += ditta_load_some(dx, i, some, 0.0f, 0);
        ditta_store_some(dx, i, some, value, 0);
    }
}

DITTA_KERNEL void ditta_gelu_backward(float *dx, const float *g, const float *x, size_t count, int adding) {
    gelu_backward(dx, g, x, count, adding);
}

DITTA_KERNEL void ditta_softmax_rows_backward(float *dx, const float *g, const float *y, float scale, size_t rows,
                                              size_t columns, int adding) {
    DITTA_RELAXED
    for (size_t r = 0; r < rows; r++) {
        const float *gradient = g + r * columns, *out = y + r * columns;
        float *in = dx + r * columns;
        float dot = 0.0f;
        for (size_t c = 0; c < columns; c++) dot += gradient[c] * out[c];
        if (adding) {
            for (size_t c = 0; c < columns; c++) in[c] += scale * out[c] * (gradient[c] - dot);
        } else {
            for (size_t c = 0; c < columns; c++) in[c] = scale * out[c] * (gradient[c] - dot);
        }
    }
}
