// Attention within a window: each cell looks at the cells around it in the previous frame. Plain dot products.
#include "tensor.h"
#include "../shared/vector_math.h"

enum { highest_radius = 15, highest_slots = (2 * highest_radius + 1) * (2 * highest_radius + 1) };

DITTA_INLINE float dot(const float *a, const float *b, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

DITTA_INLINE void add_scaled(float *out, const float *x, float scale, size_t n) {
    // Few classes are one masked step instead of a scalar rest.
#pragma clang loop vectorize_predicate(enable)
    for (size_t i = 0; i < n; i++) out[i] += scale * x[i];
}

// Products of a with `count` rows of b, four at a time: they share a's loads.
DITTA_INLINE void dots(float *out, const float *a, const float *b, size_t n, size_t count) {
    DITTA_RELAXED
    size_t i = 0;
    for (; i + 4 <= count; i += 4, b += 4 * n) {
        float sum0 = 0.0f, sum1 = 0.0f, sum2 = 0.0f, sum3 = 0.0f;
        for (size_t c = 0; c < n; c++) {
            sum0 += a[c] * b[c];
            sum1 += a[c] * b[n + c];
            sum2 += a[c] * b[2 * n + c];
            sum3 += a[c] * b[3 * n + c];
        }
        out[i] = sum0;
        out[i + 1] = sum1;
        out[i + 2] = sum2;
        out[i + 3] = sum3;
    }
    for (; i < count; i++, b += n) out[i] = dot(a, b, n);
}

// The part of a window that lies within the picture: offsets [first, last] along one side.
DITTA_INLINE ptrdiff_t first_offset(size_t position, size_t radius) {
    return position < radius ? -(ptrdiff_t)position : -(ptrdiff_t)radius;
}

DITTA_INLINE ptrdiff_t last_offset(size_t position, size_t radius, size_t extent) {
    return position + radius < extent ? (ptrdiff_t)radius : (ptrdiff_t)(extent - 1 - position);
}

// What a query at (y, x) carries over from its window; `weights` may be null.
DITTA_INLINE void attend(float *out, float *weights, const float *query, size_t y, size_t x, const float *key,
                         const float *value, ditta_window window) {
    size_t side = 2 * window.radius + 1, slots = side * side, cell = y * window.width + x;
    ptrdiff_t top = first_offset(y, window.radius), bottom = last_offset(y, window.radius, window.height);
    ptrdiff_t left = first_offset(x, window.radius), right = last_offset(x, window.radius, window.width);
    float scores[highest_slots];
    float highest = -INFINITY;
    for (size_t i = 0; i < slots; i++) scores[i] = 0.0f;
    for (ptrdiff_t dy = top; dy <= bottom; dy++) {
        size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
        float *score = scores + (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
        dots(score + left, query, key + (size_t)((ptrdiff_t)row + left) * window.channels, window.channels,
             (size_t)(right - left + 1));
        for (ptrdiff_t dx = left; dx <= right; dx++) highest = score[dx] > highest ? score[dx] : highest;
    }
    float sum = 0.0f;
    for (size_t c = 0; c < window.classes; c++) out[c] = 0.0f;
    for (ptrdiff_t dy = top; dy <= bottom; dy++) {
        size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
        float *score = scores + (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
        for (ptrdiff_t dx = left; dx <= right; dx++) {
            score[dx] = ditta_expf(score[dx] - highest);
            sum += score[dx];
            add_scaled(out, value + (size_t)((ptrdiff_t)row + dx) * window.classes, score[dx], window.classes);
        }
    }
    float inverse = 1.0f / sum;
    for (size_t c = 0; c < window.classes; c++) out[c] *= inverse;
    if (weights) {
        for (size_t i = 0; i < slots; i++) weights[i] = scores[i] * inverse;
    }
}

DITTA_KERNEL void ditta_window_attention(float *out, float *weights, const float *query, const float *key,
                                         const float *value, ditta_window window, size_t begin, size_t end) {
    size_t side = 2 * window.radius + 1;
    for (size_t cell = begin * window.width; cell < end * window.width; cell++) {
        attend(out + cell * window.classes, weights ? weights + cell * side * side : NULL,
               query + cell * window.channels, cell / window.width, cell % window.width, key, value, window);
    }
}

DITTA_KERNEL void ditta_window_attention_at(float *out, const int32_t *cells, size_t count, const float *query,
                                            const float *key, const float *value, ditta_window window) {
    for (size_t i = 0; i < count; i++) {
        size_t cell = (size_t)cells[i];
        attend(out + cell * window.classes, NULL, query + i * window.channels, cell / window.width, cell % window.width,
               key, value, window);
    }
}

DITTA_KERNEL void ditta_window_attention_query_backward(float *dQuery, float *scores, const float *gradient,
                                                        const float *weights, const float *key, const float *value,
                                                        ditta_window window, size_t begin, size_t end) {
    size_t side = 2 * window.radius + 1, slots = side * side;
    for (size_t y = begin; y < end; y++) {
        ptrdiff_t top = first_offset(y, window.radius), bottom = last_offset(y, window.radius, window.height);
        for (size_t x = 0; x < window.width; x++) {
            ptrdiff_t left = first_offset(x, window.radius), right = last_offset(x, window.radius, window.width);
            size_t cell = y * window.width + x;
            const float *g = gradient + cell * window.classes;
            const float *a = weights + cell * slots;
            float *s = scores + cell * slots;
            float *dq = dQuery + cell * window.channels;
            float mean = 0.0f;
            for (size_t i = 0; i < slots; i++) s[i] = 0.0f;
            for (size_t c = 0; c < window.channels; c++) dq[c] = 0.0f;
            for (ptrdiff_t dy = top; dy <= bottom; dy++) {
                size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
                size_t slot = (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
                for (ptrdiff_t dx = left; dx <= right; dx++) {
                    size_t i = (size_t)((ptrdiff_t)slot + dx);
                    s[i] = dot(g, value + (size_t)((ptrdiff_t)row + dx) * window.classes, window.classes);
                    mean += a[i] * s[i];
                }
            }
            for (ptrdiff_t dy = top; dy <= bottom; dy++) {
                size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
                size_t slot = (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
                for (ptrdiff_t dx = left; dx <= right; dx++) {
                    size_t i = (size_t)((ptrdiff_t)slot + dx);
                    s[i] = a[i] * (s[i] - mean);
                    add_scaled(dq, key + (size_t)((ptrdiff_t)row + dx) * window.channels, s[i], window.channels);
                }
            }
        }
    }
}

DITTA_KERNEL void ditta_window_attention_key_backward(float *dKey, float *dValue, const float *scores,
                                                      const float *gradient, const float *weights, const float *query,
                                                      ditta_window window, size_t begin, size_t end) {
    size_t side = 2 * window.radius + 1, slots = side * side;
    for (size_t y = begin; y < end; y++) {
        ptrdiff_t top = first_offset(y, window.radius), bottom = last_offset(y, window.radius, window.height);
        for (size_t x = 0; x < window.width; x++) {
            ptrdiff_t left = first_offset(x, window.radius), right = last_offset(x, window.radius, window.width);
            size_t cell = y * window.width + x;
            float *dk = dKey + cell * window.channels;
            float *dv = dValue + cell * window.classes;
            for (size_t c = 0; c < window.channels; c++) dk[c] = 0.0f;
            for (size_t c = 0; c < window.classes; c++) dv[c] = 0.0f;
            // A query at offset (dy, dx) sees this key at (-dy, -dx).
            for (ptrdiff_t dy = top; dy <= bottom; dy++) {
                size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
                size_t slot = (size_t)((ptrdiff_t)window.radius - dy) * side + window.radius;
                for (ptrdiff_t dx = left; dx <= right; dx++) {
                    size_t other = (size_t)((ptrdiff_t)row + dx);
                    size_t i = other * slots + (size_t)((ptrdiff_t)slot - dx);
                    add_scaled(dk, query + other * window.channels, scores[i], window.channels);
                    add_scaled(dv, gradient + other * window.classes, weights[i], window.classes);
                }
            }
        }
    }
}
