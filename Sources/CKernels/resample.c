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

DITTA_KERNEL void ditta_upsample_tile(float *out, float *scratch, const float *logits, size_t width,
                                      size_t classes, ditta_axis rows, ditta_axis columns, size_t y, size_t begin,
                                      size_t end) {
    float *planes = scratch + width * classes;
    if (begin == 0) {
        float *row = scratch;
        for (size_t i = 0; i < width * classes; i++) row[i] = 0.0f;
        for (size_t k = 0; k < rows.taps; k++) {
            float weight = rows.weight[k * rows.length + y];
            if (weight == 0.0f) continue;
            const float *in = logits + (size_t)rows.index[k * rows.length + y] * width * classes;
            for (size_t i = 0; i < width * classes; i++) row[i] += weight * in[i];
        }
        // A plane for each class, so that what follows runs along pixels however many classes there are.
        for (size_t i = 0; i < width; i++) {
            for (size_t c = 0; c < classes; c++) planes[c * width + i] = row[i * classes + c];
        }
    }
    size_t n = end - begin;
    for (size_t c = 0; c < classes; c++) {
        const float *plane = planes + c * width;
        float *o = out + c * n;
        for (size_t i = 0; i < n; i++) o[i] = 0.0f;
        for (size_t k = 0; k < columns.taps; k++) {
            const float *weight = columns.weight + k * columns.length + begin;
            const int32_t *index = columns.index + k * columns.length + begin;
            for (size_t i = 0; i < n; i++) o[i] += weight[i] * plane[index[i]];
        }
    }
}
