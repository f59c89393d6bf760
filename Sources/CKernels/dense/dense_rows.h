// What rows of full-resolution predictions are made of: upsampled logits, probabilities, entropies.
#pragma once

#include "dense.h"
#include "../shared/vector_math.h"

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
        // Two taps at a time, which is all that one bilinear step has: bf16 as many passes over the row.
        for (size_t k = 0; k < source.columns.taps; k += 2) {
            size_t next = k + 1 < source.columns.taps ? k + 1 : k;
            const float *weight1 = source.columns.weight + k * n, *weight2 = source.columns.weight + next * n;
            const int32_t *index1 = source.columns.index + k * n, *index2 = source.columns.index + next * n;
            float share = next > k ? 1.0f : 0.0f;
            for (size_t i = 0; i < n; i++) {
                float value = weight1[i] * plane[index1[i]] + share * weight2[i] * plane[index2[i]];
                o[i] = k == 0 ? value : o[i] + value;
            }
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

// Entropies of [classes, n] logits: E = ln Σ e^z - Σ p z, with z measured from the highest.
DITTA_INLINE void logit_entropy(float *entropy, const float *z, size_t classes, size_t n) {
    // Some pixels at a time keep their sums in registers.
    enum { some = 32 };
    for (size_t first = 0; first < n; first += some) {
        float highest[some], sum[some] = {0}, product[some] = {0};
        size_t count = n - first < some ? n - first : some;
        for (size_t i = 0; i < some; i++) highest[i] = -INFINITY;
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
