// What transformers do between products beyond rows.c: activations, pooling, rotation, and a softmax whose keys come in blocks.
#include <math.h>
#include <string.h>

#include "compiled.h"
#include "../shared/vector.h"

DITTA_INLINE void gelu_rows(void *out, const void *x, size_t count, int from, int bf16) {
    size_t i = 0;
    for (; i + ditta_lanes <= count; i += ditta_lanes) {
        ditta_store16(out, i, ditta_gelu16(ditta_load16(x, i, from), bf16), bf16);
    }
    if (i < count) {
        size_t n = count - i;
        ditta_store_some(out, i, n, ditta_gelu16(ditta_load_some(x, i, n, 0.0f, from), bf16), bf16);
    }
}

DITTA_KERNEL void ditta_gelu_rows(void *out, const void *x, size_t count, int from, int bf16) {
    // Constants, so that each case is a loop of its own.
    if (from) {
        DITTA_EITHER(bf16, gelu_rows, out, x, count, 1);
    } else {
        DITTA_EITHER(bf16, gelu_rows, out, x, count, 0);
    }
}

// a / (1 + e^-a) · b, with an exponential of what is at most 0: max(a, 0) - |a| t / (1 + t) for t = e^-|a|.
DITTA_INLINE ditta_v16 swiglu16(ditta_v16 a, ditta_v16 b) {
    ditta_v16 size = __builtin_elementwise_abs(a), t = ditta_exp16(-size);
    return (ditta_max16(a, ditta_splat(0.0f)) - size * t / (1.0f + t)) * b;
}

DITTA_INLINE void swiglu_rows(void *out, const void *x, size_t rows, size_t columns, int from, int bf16) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c += ditta_lanes) {
            size_t n = columns - c < ditta_lanes ? columns - c : ditta_lanes, first = 2 * r * columns + c;
            ditta_v16 a = ditta_load_some(x, first, n, 0.0f, from);
            ditta_v16 b = ditta_load_some(x, first + columns, n, 0.0f, from);
            ditta_store_some(out, r * columns + c, n, swiglu16(a, b), bf16);
        }
    }
}

DITTA_KERNEL void ditta_swiglu_rows(void *out, const void *x, size_t rows, size_t columns, int from, int bf16) {
    if (from) {
        DITTA_EITHER(bf16, swiglu_rows, out, x, rows, columns, 1);
    } else {
        DITTA_EITHER(bf16, swiglu_rows, out, x, rows, columns, 0);
    }
}

// One row of a block: its weights, and what was summed so far brought to the new highest score.
DITTA_INLINE void running_row(void *out, float *sum, float *highest, float *total, const float *x, size_t r,
                              size_t columns, size_t stride, size_t width, int bf16) {
    DITTA_CONTRACT
    const float *in = x + r * stride;
    size_t whole = columns / ditta_lanes * ditta_lanes, left = columns - whole;
    ditta_v16 top = ditta_splat(highest[r]), other = top;
    size_t c = 0;
    for (; c + 2 * ditta_lanes <= whole; c += 2 * ditta_lanes) {
        top = ditta_max16(top, ditta_load16(in, c, 0));
        other = ditta_max16(other, ditta_load16(in, c + ditta_lanes, 0));
    }
    for (; c < whole; c += ditta_lanes) top = ditta_max16(top, ditta_load16(in, c, 0));
    if (left > 0) other = ditta_max16(other, ditta_load_some(in, whole, left, -INFINITY, 0));
    float now = ditta_highest16(ditta_max16(top, other));
    if (now > highest[r]) {
        float factor = expf(highest[r] - now);
        sum[r] *= factor;
        for (size_t k = 0; k < width; k++) total[r * width + k] *= factor;
        highest[r] = now;
    }
    top = ditta_splat(now);
    ditta_v16 a = {}, b = {};
    for (c = 0; c + 2 * ditta_lanes <= whole; c += 2 * ditta_lanes) {
        ditta_v16 low = ditta_exp_below(ditta_load16(in, c, 0), top, bf16);
        ditta_v16 high = ditta_exp_below(ditta_load16(in, c + ditta_lanes, 0), top, bf16);
        a += low;
        b += high;
        ditta_store32(out, r * stride + c, low, high, bf16);
    }
    for (; c < stride; c += ditta_lanes) {
        size_t n = columns > c ? columns - c : 0;
        if (n > ditta_lanes) n = ditta_lanes;
        ditta_v16 e = {};
        if (n > 0) e = ditta_exp_below(ditta_load_some(in, c, n, -INFINITY, 0), top, bf16);
        // Beyond the end, what is next to nothing becomes nothing.
        if (n > 0 && n < ditta_lanes) e = ditta_load_some(&e, 0, n, 0.0f, 0);
        a += e;
        ditta_store16(out, r * stride + c, e, bf16);
    }
    sum[r] += ditta_sum16(a + b);
}

DITTA_INLINE void running_rows(void *out, float *sums, float *highest, float *totals, const float *x, size_t rows,
                               size_t columns, size_t stride, size_t width, int bf16) {
    for (size_t r = 0; r < rows; r++) {
        running_row(out, sums, highest, totals, x, r, columns, stride, width, bf16);
    }
}

DITTA_KERNEL void ditta_running_softmax(void *out, float *sums, float *highest, float *totals, const float *x,
                                        size_t rows, size_t columns, size_t stride, size_t width, int bf16) {
    DITTA_EITHER(bf16, running_rows, out, sums, highest, totals, x, rows, columns, stride, width);
}

DITTA_KERNEL void ditta_pool_rows(float *out, const float *a, const float *b, const float *c, const float *d,
                                  size_t columns) {
    for (size_t k = 0; k < columns; k++) {
        float top = a[k] > b[k] ? a[k] : b[k], bottom = c[k] > d[k] ? c[k] : d[k];
        out[k] = top > bottom ? top : bottom;
    }
}

DITTA_KERNEL void ditta_rotate_rows(float *out, const float *x, const float *cosines, const float *sines,
                                    size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        float a = x[2 * i], b = x[2 * i + 1], c = cosines[i], s = sines[i];
        out[2 * i] = a * c - b * s;
        out[2 * i + 1] = b * c + a * s;
    }
}

DITTA_INLINE void sum_rows(void *out, const float *x, const float *y, size_t count, int bf16) {
    for (size_t i = 0; i < count; i++) ditta_store(out, i, x[i] + y[i], bf16);
}

DITTA_KERNEL void ditta_sum_rows(void *out, const float *x, const float *y, size_t count, int bf16) {
    DITTA_EITHER(bf16, sum_rows, out, x, y, count);
}
