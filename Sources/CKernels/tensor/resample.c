// Separable resampling by sparse axes: bilinear up and down, two steps composed, and their adjoints.
#include "tensor.h"
#include "../shared/vector_math.h"

// Output i of an axis over rows of n numbers, set or added to. Rows are taken two at a time: they share out's loads and
// stores.
DITTA_INLINE void resample(float *out, const float *x, ditta_axis axis, size_t n, int accumulate, size_t i) {
    DITTA_CONTRACT
    const float *rows[2];
    float weights[2];
    size_t held = 0;
    for (size_t k = 0; k < axis.taps; k++) {
        float weight = axis.weight[k * axis.length + i];
        if (weight == 0.0f) continue;
        rows[held] = x + (size_t)axis.index[k * axis.length + i] * n;
        weights[held++] = weight;
        if (held < 2) continue;
        const float *a = rows[0], *b = rows[1];
        float u = weights[0], v = weights[1];
        if (accumulate) {
            for (size_t c = 0; c < n; c++) out[c] += u * a[c] + v * b[c];
        } else {
            for (size_t c = 0; c < n; c++) out[c] = u * a[c] + v * b[c];
        }
        accumulate = 1;
        held = 0;
    }
    if (held > 0) {
        const float *a = rows[0];
        float u = weights[0];
        if (accumulate) {
            for (size_t c = 0; c < n; c++) out[c] += u * a[c];
        } else {
            for (size_t c = 0; c < n; c++) out[c] = u * a[c];
        }
    } else if (!accumulate) {
        for (size_t c = 0; c < n; c++) out[c] = 0.0f;
    }
}

DITTA_KERNEL void ditta_resample_rows(float *out, const float *x, ditta_axis axis, size_t columns, int accumulate,
                                      size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) resample(out + (i - begin) * columns, x, axis, columns, accumulate, i);
}

DITTA_KERNEL void ditta_resample_columns(float *out, const float *x, ditta_axis axis, size_t channels,
                                         int accumulate) {
    for (size_t i = 0; i < axis.length; i++) resample(out + i * channels, x, axis, channels, accumulate, i);
}
