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
        // Two taps at a time, which is all that one bilinear step has: half as many passes over the row.
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

// Entropies of [classes, n] logits, in place of what `entropy` held: E = ln Σ e^z - Σ p z, with z measured from the highest.
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

DITTA_KERNEL void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    row_buffers buffers = buffers_in(scratch, logits);
    upsample_row(buffers.first, buffers.lines, logits, y);
    logit_entropy(entropy, buffers.first, logits.classes, logits.columns.length);
}

// The pixels of a row that are not reliable enough, and the column axis of these alone.
typedef struct {
    size_t count;
    int32_t *pixels;
    float *weight;
    ditta_axis columns;
} doubtful_pixels;

DITTA_INLINE float reliability(float entropy, float highest) { return highest > 0.0f ? 1.0f - entropy / highest : 1.0f; }

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
