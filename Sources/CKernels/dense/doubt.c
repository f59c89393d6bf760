// What is done at the pixels where a prediction is in doubt, and nowhere else: another map's entropy, and the blend.
#include "dense_rows.h"

// The pixels of a row that are not reliable enough, and the column axis of these alone.
typedef struct {
    size_t count;
    int32_t *pixels;
    float *weight;
    ditta_axis columns;
} doubtful_pixels;

DITTA_INLINE float reliability(float entropy, float highest) {
    return highest > 0.0f ? 1.0f - entropy / highest : 1.0f;
}

// `storage` holds (1 + 2 taps) * columns.length numbers.
DITTA_INLINE doubtful_pixels doubtful(const float *entropy, ditta_doubt doubt, ditta_axis columns, float *storage) {
    size_t count = 0, n = columns.length;
    int32_t *pixels = (int32_t *)storage, *index = pixels + n;
    float *weight = storage + (1 + columns.taps) * n;
    for (size_t i = 0; i < n; i++) {
        pixels[count] = (int32_t)i;
        count += reliability(entropy[i], doubt.highest) < doubt.threshold;
    }
    for (size_t k = 0; k < columns.taps; k++) {
        for (size_t i = 0; i < count; i++) {
            index[k * count + i] = columns.index[k * n + (size_t)pixels[i]];
            weight[k * count + i] = columns.weight[k * n + (size_t)pixels[i]];
        }
    }
    return (doubtful_pixels){count, pixels, weight, {index, weight, columns.taps, count}};
}

// Where the numbers of doubtful_pixels lie behind a map's other scratch.
DITTA_INLINE float *doubtful_storage(float *scratch, ditta_logits logits) {
    return scratch + 2 * logits.width * logits.classes + 2 * (logits.classes + 1) * logits.columns.length;
}

DITTA_KERNEL void ditta_doubtful_cells_row(uint8_t *cells, ditta_logits logits, const float *entropy,
                                           ditta_doubt doubt, size_t y) {
    size_t n = logits.columns.length;
    for (size_t i = 0; i < n; i++) {
        if (reliability(entropy[i], doubt.highest) >= doubt.threshold) continue;
        for (size_t v = 0; v < logits.rows.taps; v++) {
            if (logits.rows.weight[v * logits.rows.length + y] == 0.0f) continue;
            uint8_t *row = cells + (size_t)logits.rows.index[v * logits.rows.length + y] * logits.width;
            for (size_t h = 0; h < logits.columns.taps; h++) {
                row[logits.columns.index[h * n + i]] |= logits.columns.weight[h * n + i] != 0.0f;
            }
        }
    }
}

DITTA_KERNEL void ditta_doubtful_entropy_row(float *entropy, ditta_logits logits, const float *own, ditta_doubt doubt,
                                             float *scratch, size_t y) {
    size_t n = logits.columns.length;
    for (size_t i = 0; i < n; i++) entropy[i] = 0.0f;
    doubtful_pixels some = doubtful(own, doubt, logits.columns, doubtful_storage(scratch, logits));
    if (some.count == 0) return;
    row_buffers buffers = buffers_in(scratch, logits);
    logits.columns = some.columns;
    upsample_row(buffers.first, buffers.lines, logits, y);
    logit_entropy(buffers.high, buffers.first, logits.classes, some.count);
    for (size_t i = 0; i < some.count; i++) entropy[some.pixels[i]] = buffers.high[i];
}

DITTA_KERNEL void ditta_blend_row(uint16_t *labels, ditta_logits first, const float *entropy1, ditta_doubt doubt,
                                  ditta_logits second, const float *entropy2, float highest2, float *scratch,
                                  size_t y) {
    doubtful_pixels some = doubtful(entropy1, doubt, first.columns, doubtful_storage(scratch, first));
    size_t classes = first.classes, n = some.count;
    if (n == 0) return;
    row_buffers buffers = buffers_in(scratch, first);
    float *p = buffers.first, *q = buffers.second, *share = buffers.high, *best = buffers.sum;
    first.columns = second.columns = some.columns;
    probability_row(p, buffers, first, y);
    probability_row(q, buffers, second, y);
    for (size_t i = 0; i < n; i++) {
        float r1 = reliability(entropy1[some.pixels[i]], doubt.highest);
        float r2 = reliability(entropy2[some.pixels[i]], highest2);
        share[i] = r1 + r2 > 0.0f ? r1 / (r1 + r2) : 0.5f;
        best[i] = -1.0f;
    }
    float *winner = some.weight;  // The axis is read no more. Class ids below 2^16 are exact.
    for (size_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < n; i++) {
            float value = share[i] * p[c * n + i] + (1.0f - share[i]) * q[c * n + i];
            winner[i] = value > best[i] ? (float)c : winner[i];
            best[i] = value > best[i] ? value : best[i];
        }
    }
    for (size_t i = 0; i < n; i++) labels[some.pixels[i]] = (uint16_t)winner[i];
}
