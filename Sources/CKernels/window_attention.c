// Attention within a window: each cell looks at the cells around it in the previous frame. Plain dot products.
#include "kernels.h"
#include "vector_math.h"

enum { highest_radius = 15, highest_slots = (2 * highest_radius + 1) * (2 * highest_radius + 1) };

DITTA_INLINE float dot(const float *a, const float *b, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

DITTA_INLINE void add_scaled(float *out, const float *x, float scale, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] += scale * x[i];
}

// The part of a window that lies within the picture: offsets [first, last] along one side.
DITTA_INLINE ptrdiff_t first_offset(size_t position, size_t radius) {
    return position < radius ? -(ptrdiff_t)position : -(ptrdiff_t)radius;
}

DITTA_INLINE ptrdiff_t last_offset(size_t position, size_t radius, size_t extent) {
    return position + radius < extent ? (ptrdiff_t)radius : (ptrdiff_t)(extent - 1 - position);
}

DITTA_KERNEL void ditta_window_attention(float *out, float *weights, const float *query,
                                         const float *key, const float *value, ditta_window window, size_t begin,
                                         size_t end) {
    size_t side = 2 * window.radius + 1, slots = side * side;
    float scores[highest_slots];
    for (size_t y = begin; y < end; y++) {
        ptrdiff_t top = first_offset(y, window.radius), bottom = last_offset(y, window.radius, window.height);
        for (size_t x = 0; x < window.width; x++) {
            ptrdiff_t left = first_offset(x, window.radius), right = last_offset(x, window.radius, window.width);
            size_t cell = y * window.width + x;
            const float *q = query + cell * window.channels;
            float highest = -INFINITY;
            for (size_t i = 0; i < slots; i++) scores[i] = 0.0f;
            for (ptrdiff_t dy = top; dy <= bottom; dy++) {
                size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
                size_t slot = (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
                for (ptrdiff_t dx = left; dx <= right; dx++) {
                    float score = dot(q, key + (size_t)((ptrdiff_t)row + dx) * window.channels, window.channels);
                    scores[(size_t)((ptrdiff_t)slot + dx)] = score;
                    highest = score > highest ? score : highest;
                }
            }
            float sum = 0.0f;
            float *o = out + cell * window.classes;
            for (size_t c = 0; c < window.classes; c++) o[c] = 0.0f;
            for (ptrdiff_t dy = top; dy <= bottom; dy++) {
                size_t row = (size_t)((ptrdiff_t)cell + dy * (ptrdiff_t)window.width);
                size_t slot = (size_t)(dy + (ptrdiff_t)window.radius) * side + window.radius;
                for (ptrdiff_t dx = left; dx <= right; dx++) {
                    float *score = scores + (size_t)((ptrdiff_t)slot + dx);
                    *score = ditta_expf(*score - highest);
                    sum += *score;
                    add_scaled(o, value + (size_t)((ptrdiff_t)row + dx) * window.classes, *score, window.classes);
                }
            }
            float inverse = 1.0f / sum;
            for (size_t c = 0; c < window.classes; c++) o[c] *= inverse;
            if (weights) {
                for (size_t i = 0; i < slots; i++) weights[cell * slots + i] = scores[i] * inverse;
            }
        }
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
