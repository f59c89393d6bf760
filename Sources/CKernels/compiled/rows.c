// What a compiled network does between its products, a tile at a time and in either precision: sums in float32, and one
// pass over memory each.
#include <math.h>
#include <string.h>

#include "compiled.h"
#include "../shared/vector.h"

DITTA_KERNEL void ditta_to_bfloat16s(void *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) ditta_store(out, i, x[i], 1);
}

DITTA_KERNEL void ditta_from_bfloat16s(float *out, const void *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = ditta_load(x, i, 1);
}

// Numbers c … c + 15 of a row, but `rest` from `columns` on.
DITTA_INLINE ditta_v16 before_end(const float *row, size_t c, size_t columns, float rest) {
    ditta_v16 x = ditta_load16(row, c, 0);
    if (c + ditta_lanes <= columns) return x;
    const ditta_v16i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    ditta_v16i inside = lanes < (ditta_v16i){} + (int32_t)(columns - c);
    return (ditta_v16)(((ditta_v16i)x & inside) | ((ditta_v16i)ditta_splat(rest) & ~inside));
}

DITTA_INLINE void exponentials(void *out, float *sums, const float *x, size_t rows, size_t columns, size_t stride,
                               int bf16) {
    DITTA_CONTRACT
    for (size_t r = 0; r < rows; r++) {
        const float *in = x + r * stride;
        ditta_v16 highest = ditta_splat(-INFINITY), other_highest = highest;
        size_t whole = 0;
        for (; whole + 2 * ditta_lanes <= columns; whole += 2 * ditta_lanes) {
            highest = ditta_max16(highest, ditta_load16(in, whole, 0));
            other_highest = ditta_max16(other_highest, ditta_load16(in, whole + ditta_lanes, 0));
        }
        highest = ditta_max16(highest, other_highest);
        for (size_t c = whole; c < stride; c += ditta_lanes) {
            highest = ditta_max16(highest, before_end(in, c, columns, -INFINITY));
        }
        ditta_v16 top = ditta_splat(ditta_highest16(highest)), sum = {}, other = {};
        size_t c = 0;
        for (; c + 2 * ditta_lanes <= columns; c += 2 * ditta_lanes) {
            ditta_v16 a = ditta_exp_below(ditta_load16(in, c, 0), top, bf16);
            ditta_v16 b = ditta_exp_below(ditta_load16(in, c + ditta_lanes, 0), top, bf16);
            sum += a;
            other += b;
            ditta_store32(out, r * stride + c, a, b, bf16);
        }
        for (; c < stride; c += ditta_lanes) {
            ditta_v16 e = ditta_exp_below(before_end(in, c, columns, -INFINITY), top, bf16);
            // Beyond the end, what is next to nothing becomes nothing.
            e = before_end((const float *)&e, 0, columns > c ? columns - c : 0, 0.0f);
            sum += e;
            ditta_store16(out, r * stride + c, e, bf16);
        }
        sums[r] = ditta_sum16(sum + other);
    }
}

DITTA_KERNEL void ditta_exponential_rows(void *out, float *sums, const float *x, size_t rows, size_t columns,
                                         size_t stride, int bf16) {
    DITTA_EITHER(bf16, exponentials, out, sums, x, rows, columns, stride);
}

DITTA_INLINE void divide_rows(void *out, size_t stride, const float *x, const float *sums, size_t rows, size_t columns,
                              int bf16) {
    for (size_t r = 0; r < rows; r++) {
        float inverse = 1.0f / sums[r];
        for (size_t c = 0; c < columns; c++) {
            ditta_store(out, r * stride + c, x[r * columns + c] * inverse, bf16);
        }
    }
}

DITTA_KERNEL void ditta_divide_rows(void *out, size_t stride, const float *x, const float *sums, size_t rows,
                                    size_t columns, int bf16) {
    DITTA_EITHER(bf16, divide_rows, out, stride, x, sums, rows, columns);
}

// Sixteen channels (or `some` of them, the last) of columns [left, right) of a row: the weights and the three columns that
// are seen stay in registers while the window moves.
DITTA_INLINE void depthwise_strip(void *out, const void *const *rows, const ditta_v16 *weight, ditta_v16 bias,
                                  size_t width, size_t channels, size_t channel, size_t some, size_t left,
                                  size_t right, int bf16) {
    DITTA_CONTRACT
    ditta_v16 seen[3][3] = {};
#define DITTA_SEE(k, column)                                                                                    \
    for (int y = 0; y < 3; y++) {                                                                               \
        size_t at = (column) * channels + channel;                                                              \
        seen[y][k] = rows[y] ? ditta_load_some(rows[y], at, some, 0.0f, bf16) : (ditta_v16){};                  \
    }
    if (left > 0) DITTA_SEE(0, left - 1)
    DITTA_SEE(1, left)
    for (size_t x = left; x < right; x++) {
        if (x + 1 < width) {
            DITTA_SEE(2, x + 1)
        } else {
            for (int y = 0; y < 3; y++) seen[y][2] = (ditta_v16){};
        }
        ditta_v16 sum = bias;
        for (int y = 0; y < 3; y++) {
            for (int k = 0; k < 3; k++) sum += seen[y][k] * weight[y * 3 + k];
        }
        sum = ditta_gelu16(sum, bf16);
        ditta_store_some(out, x * channels + channel, some, sum, bf16);
        for (int y = 0; y < 3; y++) {
            seen[y][0] = seen[y][1];
            seen[y][1] = seen[y][2];
        }
    }
#undef DITTA_SEE
}

DITTA_INLINE void depthwise_gelu(void *out, const void *x, const float *weight, const float *bias, size_t height,
                                 size_t width, size_t channels, size_t begin, size_t end, int bf16) {
    // So many columns of three rows stay in the first cache while all channels are gone through.
    size_t size = bf16 ? 2 : 4, strip = 24576 / (3 * channels * size) + 8;
    for (size_t y = begin; y < end; y++) {
        const char *row = (const char *)x + y * width * channels * size;
        const void *rows[3] = {y > 0 ? row - width * channels * size : 0, row,
                               y + 1 < height ? row + width * channels * size : 0};
        char *o = (char *)out + (y - begin) * width * channels * size;
        for (size_t left = 0; left < width; left += strip) {
            size_t right = left + strip < width ? left + strip : width;
            for (size_t c = 0; c < channels; c += ditta_lanes) {
                size_t some = channels - c < ditta_lanes ? channels - c : ditta_lanes;
                ditta_v16 weights[9], shift = ditta_load_some(bias, c, some, 0.0f, 0);
                for (size_t k = 0; k < 9; k++) weights[k] = ditta_load_some(weight, k * channels + c, some, 0.0f, 0);
                // The constant lets the common case be built without the other.
                if (some == ditta_lanes) {
                    depthwise_strip(o, rows, weights, shift, width, channels, c, ditta_lanes, left, right, bf16);
                } else {
                    depthwise_strip(o, rows, weights, shift, width, channels, c, some, left, right, bf16);
                }
            }
        }
    }
}

DITTA_KERNEL void ditta_depthwise_gelu(void *out, const void *x, const float *weight, const float *bias, size_t height,
                                       size_t width, size_t channels, size_t begin, size_t end, int bf16) {
    DITTA_EITHER(bf16, depthwise_gelu, out, x, weight, bias, height, width, channels, begin, end);
}

DITTA_KERNEL void ditta_unfold(void *out, const void *x, size_t height, size_t width, size_t cell, size_t kernel,
                               size_t stride, size_t padding, size_t outWidth, size_t begin, size_t end) {
    char *o = out;
    for (size_t oy = begin; oy < end; oy++) {
        for (size_t ox = 0; ox < outWidth; ox++) {
            for (size_t ky = 0; ky < kernel; ky++) {
                ptrdiff_t y = (ptrdiff_t)(oy * stride + ky) - (ptrdiff_t)padding;
                ptrdiff_t first = (ptrdiff_t)(ox * stride) - (ptrdiff_t)padding;
                ptrdiff_t left = first < 0 ? -first : 0;
                ptrdiff_t right = first + (ptrdiff_t)kernel - (ptrdiff_t)width;
                right = right > 0 ? right : 0;
                if (y < 0 || y >= (ptrdiff_t)height || left + right >= (ptrdiff_t)kernel) {
                    memset(o, 0, kernel * cell);
                } else {
                    const char *in = (const char *)x + ((size_t)y * width + (size_t)(first + left)) * cell;
                    size_t zeros = (size_t)left * cell, copied = (kernel - (size_t)(left + right)) * cell;
                    memset(o, 0, zeros);
                    memcpy(o + zeros, in, copied);
                    memset(o + zeros + copied, 0, (size_t)right * cell);
                }
                o += kernel * cell;
            }
        }
    }
}
