// Layer normalisation's gradient: statistics are taken anew, which costs less than keeping the normalised rows.
#include "training.h"
#include <math.h>

#include "../shared/dispatch.h"

DITTA_INLINE void row_backward(float *dx, const float *g, const float *x, const float *weight, size_t columns,
                               float mean, float scale, int adding) {
    DITTA_RELAXED
    float sum = 0.0f, dot = 0.0f;
    for (size_t c = 0; c < columns; c++) {
        float scaled = g[c] * weight[c];
        sum += scaled;
        dot += scaled * (x[c] - mean);
    }
    // dx = σ⁻¹ (γg - mean(γg) - x̂ mean(γg x̂)), with x̂ = (x - mean) σ⁻¹.
    float average = sum / (float)columns, slope = dot / (float)columns * scale * scale;
    if (adding) {
        for (size_t c = 0; c < columns; c++) dx[c] += scale * (g[c] * weight[c] - average - (x[c] - mean) * slope);
    } else {
        for (size_t c = 0; c < columns; c++) dx[c] = scale * (g[c] * weight[c] - average - (x[c] - mean) * slope);
    }
}

DITTA_KERNEL void ditta_layer_norm_backward(float *dx, double *dWeight, double *dBias, const float *g, const float *x,
                                            const float *weight, size_t rows, size_t columns, float epsilon,
                                            int adding) {
    DITTA_RELAXED
    for (size_t r = 0; r < rows; r++) {
        const float *in = x + r * columns, *gradient = g + r * columns;
        float mean = 0.0f, squares = 0.0f;
        for (size_t c = 0; c < columns; c++) mean += in[c];
        mean /= (float)columns;
        for (size_t c = 0; c < columns; c++) squares += (in[c] - mean) * (in[c] - mean);
        float scale = 1.0f / sqrtf(squares / (float)columns + epsilon);
        if (dWeight) {
            for (size_t c = 0; c < columns; c++) dWeight[c] += gradient[c] * ((in[c] - mean) * scale);
        }
        if (dBias) {
            for (size_t c = 0; c < columns; c++) dBias[c] += gradient[c];
        }
        if (dx) row_backward(dx + r * columns, gradient, in, weight, columns, mean, scale, adding);
    }
}
