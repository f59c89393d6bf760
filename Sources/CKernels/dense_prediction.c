// Full-resolution predictions and losses a row at a time: upsample, softmax, then label, blend or gradient, while the
// row is in cache. No array of height × width × classes is ever made.
#include "dense_rows.h"

// The adjoint of upsample_row: adds a row's gradient [classes, n] to that of the logits.
DITTA_INLINE void upsample_row_backward(float *gradient, float *scratch, const float *row, ditta_logits source,
                                        size_t y) {
    size_t width = source.width, classes = source.classes, n = source.columns.length;
    for (size_t i = 0; i < width * classes; i++) scratch[i] = 0.0f;
    for (size_t c = 0; c < classes; c++) {
        const float *g = row + c * n;
        for (size_t k = 0; k < source.columns.taps; k++) {
            const float *weight = source.columns.weight + k * n;
            const int32_t *index = source.columns.index + k * n;
            for (size_t i = 0; i < n; i++) scratch[(size_t)index[i] * classes + c] += weight[i] * g[i];
        }
    }
    for (size_t k = 0; k < source.rows.taps; k++) {
        float weight = source.rows.weight[k * source.rows.length + y];
        if (weight == 0.0f) continue;
        float *out = gradient + (size_t)source.rows.index[k * source.rows.length + y] * width * classes;
        for (size_t i = 0; i < width * classes; i++) out[i] += weight * scratch[i];
    }
}

DITTA_KERNEL void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    row_buffers buffers = buffers_in(scratch, logits);
    upsample_row(buffers.first, buffers.lines, logits, y);
    logit_entropy(entropy, buffers.first, logits.classes, logits.columns.length);
}

DITTA_KERNEL void ditta_double_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    size_t classes = logits.classes, n = logits.columns.length;
    row_buffers buffers = buffers_in(scratch, logits);
    probability_row(buffers.first, buffers, logits, y);
    softmax_planes(buffers.first, buffers.high, buffers.sum, classes, n);
    entropy_planes(entropy, buffers.first, classes, n);
}

// Below any softmax that matters; keeps the logarithms finite.
static const float tiny = 1e-30f;

DITTA_KERNEL void ditta_cross_entropy_row(float *gradient, double *loss, ditta_logits logits, const uint16_t *targets,
                                          float scale, int probabilities, float *scratch, size_t y) {
    size_t classes = logits.classes, n = logits.columns.length;
    row_buffers buffers = buffers_in(scratch, logits);
    float *p = buffers.first, *q = buffers.second;
    probability_row(p, buffers, logits, y);
    for (size_t i = 0; i < classes * n; i++) q[i] = p[i];
    if (probabilities) softmax_planes(q, buffers.high, buffers.sum, classes, n);
    for (size_t i = 0; i < n; i++) {
        size_t target = targets[i];
        if (target >= classes) {
            for (size_t c = 0; c < classes; c++) p[c * n + i] = 0.0f;
            continue;
        }
        *loss -= (double)logf(q[target * n + i] + tiny);
        if (probabilities) {
            // Through the outer softmax first, then through p's own.
            float dot = 0.0f;
            for (size_t c = 0; c < classes; c++) dot += (q[c * n + i] - (c == target)) * p[c * n + i];
            for (size_t c = 0; c < classes; c++) p[c * n + i] *= (q[c * n + i] - (c == target) - dot) * scale;
        } else {
            for (size_t c = 0; c < classes; c++) p[c * n + i] = (q[c * n + i] - (c == target)) * scale;
        }
    }
    upsample_row_backward(gradient, scratch, p, logits, y);
}

DITTA_KERNEL void ditta_divergence_row(float *gradient, double *loss, double *total, ditta_logits logits,
                                       ditta_logits source, const float *weights, float *scratch, size_t y) {
    size_t classes = logits.classes, n = logits.columns.length;
    row_buffers buffers = buffers_in(scratch, logits);
    float *p = buffers.first, *q = buffers.second;
    probability_row(p, buffers, logits, y);
    probability_row(q, buffers, source, y);
    for (size_t i = 0; i < n; i++) {
        float divergence = 0.0f, weight = 0.0f;
        for (size_t c = 0; c < classes; c++) weight += q[c * n + i] * weights[c];
        for (size_t c = 0; c < classes; c++) {
            float a = q[c * n + i], b = p[c * n + i];
            if (a > 0.0f) divergence += a * (logf(a) - logf(b + tiny));
            p[c * n + i] = (b - a) * weight;
        }
        *loss += (double)(divergence * weight);
        *total += (double)weight;
    }
    upsample_row_backward(gradient, scratch, p, logits, y);
}
