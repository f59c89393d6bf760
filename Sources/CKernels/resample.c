// Separable resampling by sparse axes: bilinear up and down, two steps composed, and their adjoints.
#include "kernels.h"
#include "vector_math.h"

DITTA_KERNEL void ditta_resample_rows(float *out, const float *x, ditta_axis axis, size_t columns, int accumulate,
                                      size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        float *o = out + (i - begin) * columns;
        if (!accumulate) {
            for (size_t c = 0; c < columns; c++) o[c] = 0.0f;
        }
        for (size_t k = 0; k < axis.taps; k++) {
            float weight = axis.weight[k * axis.length + i];
            if (weight == 0.0f) continue;
            const float *in = x + (size_t)axis.index[k * axis.length + i] * columns;
            for (size_t c = 0; c < columns; c++) o[c] += weight * in[c];
        }
    }
}

DITTA_KERNEL void ditta_resample_columns(float *out, const float *x, ditta_axis axis, size_t channels,
                                         int accumulate) {
    for (size_t i = 0; i < axis.length; i++) {
        float *o = out + i * channels;
        if (!accumulate) {
            for (size_t c = 0; c < channels; c++) o[c] = 0.0f;
        }
        for (size_t k = 0; k < axis.taps; k++) {
            float weight = axis.weight[k * axis.length + i];
            if (weight == 0.0f) continue;
            const float *in = x + (size_t)axis.index[k * axis.length + i] * channels;
            for (size_t c = 0; c < channels; c++) o[c] += weight * in[c];
        }
    }
}
