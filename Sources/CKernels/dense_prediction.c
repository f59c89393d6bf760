// Full-resolution predictions a row at a time: upsample, softmax, then label or blend, while the row is in cache. No array of height × width × classes is ever made.
#include "kernels.h"
#include "vector_math.h"

// Sets out [classes, n] to row y of the upsampled logits. A plane for each class lets everything run along pixels,
// however few classes there are. `scratch` holds 2 * width * classes floats.
DITTA_INLINE void upsample_row(float *out, float *scratch, ditta_logits source, size_t y) {
    size_t width = source.width, classes = source.classes, n = source.columns.length;
    float *row = scratch;
    float *planes = scratch + width * classes;
    for (size_t i = 0; i < width * classes; i++) row[i] = 0.0f;
    for (size_t k = 0; k < source.rows.taps; k++) {
        float weight = source.rows.weight[k * source.rows.length + y];
        if (weight == 0.0f) continue;
        const float *in = source.logits + (size_t)source.rows.index[k * source.rows.length + y] * width * classes;
        for (size_t i = 0; i < width * classes; i++) row[i] += weight * in[i];
    }
    for (size_t i = 0; i < width; i++) {
        for (size_t c = 0; c < classes; c++) planes[c * width + i] = row[i * classes + c];
    }
    for (size_t c = 0; c < classes; c++) {
        const float *plane = planes + c * width;
        float *o = out + c * n;
        for (size_t i = 0; i < n; i++) o[i] = 0.0f;
        for (size_t k = 0; k < source.columns.taps; k++) {
            const float *weight = source.columns.weight + k * n;
            const int32_t *index = source.columns.index + k * n;
            for (size_t i = 0; i < n; i++) o[i] += weight[i] * plane[index[i]];
        }
    }
}

// Softmax over the classes of [classes, n], in place; `highest` and `sum` [n] keep what makes the logarithms.
DITTA_INLINE void softmax_planes(float *x, float *highest, float *sum, size_t classes, size_t n) {
    DITTA_RELAXED
    for (size_t i = 0; i < n; i++) highest[i] = x[i];
    for (size_t c = 1; c < classes; c++) {
        for (size_t i = 0; i < n; i++) highest[i] = x[c * n + i] > highest[i] ? x[c * n + i] : highest[i];
    }
    for (size_t i = 0; i < n; i++) sum[i] = 0.0f;
    for (size_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < n; i++) {
            x[c * n + i] = ditta_expf(x[c * n + i] - highest[i]);
            sum[i] += x[c * n + i];
        }
    }
    for (size_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < n; i++) x[c * n + i] /= sum[i];
    }
}

// The parts of a scratch buffer: one for the upsampling, two maps of a row, two numbers a pixel.
typedef struct {
    float *lines;
    float *first;
    float *second;
    float *high;
    float *sum;
} row_buffers;

DITTA_INLINE row_buffers buffers_in(float *scratch, ditta_logits logits) {
    size_t map = logits.classes * logits.columns.length;
    float *first = scratch + 2 * logits.width * logits.classes;
    return (row_buffers){scratch, first, first + map, first + 2 * map, first + 2 * map + logits.columns.length};
}

// Sets out [classes, n] to row y of the class probabilities.
DITTA_INLINE void probability_row(float *out, row_buffers buffers, ditta_logits logits, size_t y) {
    upsample_row(out, buffers.lines, logits, y);
    softmax_planes(out, buffers.high, buffers.sum, logits.classes, logits.columns.length);
}

DITTA_KERNEL void ditta_predict_row(uint16_t *labels, float *entropy, ditta_logits logits, float *scratch, size_t y) {
    size_t classes = logits.classes, n = logits.columns.length;
    row_buffers buffers = buffers_in(scratch, logits);
    float *p = buffers.first;
    upsample_row(p, buffers.lines, logits, y);
    // The labels come from the logits: of equal ones the first wins, and no rounding of the softmax decides.
    for (size_t i = 0; i < n; i++) labels[i] = 0;
    float *best = buffers.high;
    for (size_t i = 0; i < n; i++) best[i] = p[i];
    for (size_t c = 1; c < classes; c++) {
        for (size_t i = 0; i < n; i++) {
            int better = p[c * n + i] > best[i];
            best[i] = better ? p[c * n + i] : best[i];
            labels[i] = better ? (uint16_t)c : labels[i];
        }
    }
    // Entropy by the logarithm of the sum: E = ln Σ e^z - Σ p z, with z measured from the highest.
    for (size_t i = 0; i < n; i++) entropy[i] = 0.0f;
    float *sum = p;  // Plane 0 is read before it becomes the sum.
    for (size_t i = 0; i < n; i++) {
        float z = p[i] - best[i], e = ditta_expf(z);
        sum[i] = e;
        entropy[i] = e * z;
    }
    for (size_t c = 1; c < classes; c++) {
        for (size_t i = 0; i < n; i++) {
            float z = p[c * n + i] - best[i], e = ditta_expf(z);
            sum[i] += e;
            entropy[i] += e * z;
        }
    }
    for (size_t i = 0; i < n; i++) {
        float value = logf(sum[i]) - entropy[i] / sum[i];
        entropy[i] = value > 0.0f ? value : 0.0f;
    }
}

DITTA_KERNEL void ditta_blend_row(uint16_t *labels, ditta_logits first, const float *entropy1, float highest1,
                                  ditta_logits second, const float *entropy2, float highest2, float threshold,
                                  float *scratch, size_t y) {
    size_t classes = first.classes, n = first.columns.length;
    size_t uncertain = 0;
    for (size_t i = 0; i < n; i++) {
        uncertain += (highest1 > 0.0f ? 1.0f - entropy1[i] / highest1 : 1.0f) < threshold;
    }
    if (uncertain == 0) return;
    row_buffers buffers = buffers_in(scratch, first);
    float *p = buffers.first, *q = buffers.second;
    probability_row(p, buffers, first, y);
    probability_row(q, buffers, second, y);
    for (size_t i = 0; i < n; i++) {
        float r1 = highest1 > 0.0f ? 1.0f - entropy1[i] / highest1 : 1.0f;
        if (r1 >= threshold) continue;
        float r2 = highest2 > 0.0f ? 1.0f - entropy2[i] / highest2 : 1.0f;
        float w = r1 + r2 > 0.0f ? r1 / (r1 + r2) : 0.5f;
        float best = -1.0f;
        for (size_t c = 0; c < classes; c++) {
            float value = w * p[c * n + i] + (1.0f - w) * q[c * n + i];
            if (value > best) {
                best = value;
                labels[i] = (uint16_t)c;
            }
        }
    }
}
