// Full-resolution predictions and losses a row at a time: upsample, softmax, then label, blend or gradient, while the
// row is in cache. No array of height × width × classes is ever made.
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

// -Σ p ln p over the classes of [classes, n], with 0 ln 0 = 0.
DITTA_INLINE void entropy_planes(float *entropy, const float *p, size_t classes, size_t n) {
    for (size_t i = 0; i < n; i++) entropy[i] = 0.0f;
    for (size_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < n; i++) {
            float value = p[c * n + i];
            entropy[i] -= value > 0.0f ? value * ditta_logf(value) : 0.0f;
        }
    }
}

DITTA_KERNEL void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    size_t classes = logits.classes, n = logits.columns.length;
    row_buffers buffers = buffers_in(scratch, logits);
    float *z = buffers.first;
    upsample_row(z, buffers.lines, logits, y);
    // E = ln Σ e^z - Σ p z, with z measured from the highest. Some pixels at a time keep their sums in registers.
    for (size_t first = 0; first < n; first += 32) {
        float highest[32], sum[32], product[32];
        size_t count = n - first < 32 ? n - first : 32;
        for (size_t i = 0; i < 32; i++) {
            highest[i] = -INFINITY;
            sum[i] = product[i] = 0.0f;
        }
        for (size_t c = 0; c < classes; c++) {
            const float *plane = z + c * n + first;
            for (size_t i = 0; i < count; i++) highest[i] = plane[i] > highest[i] ? plane[i] : highest[i];
        }
        for (size_t c = 0; c < classes; c++) {
            const float *plane = z + c * n + first;
            for (size_t i = 0; i < count; i++) {
                float value = plane[i] - highest[i], power = ditta_expf(value);
                sum[i] += power;
                product[i] += power * value;
            }
        }
        for (size_t i = 0; i < count; i++) {
            float value = ditta_logf(sum[i]) - product[i] / sum[i];
            entropy[first + i] = value > 0.0f ? value : 0.0f;
        }
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
