// SAM 2's masks: their logits as values, and the first layer of the encoder, of one channel at the input's full size, for which products of patches are no use.
#include "sam2.h"
#include "../shared/vector.h"

enum { mask_channels = 4 };

// GELU of the layer norm of sixteen pixels' channels, a vector for each.
DITTA_INLINE void normalize_pixels(ditta_v16 *x, const float *factor, const float *shift, float epsilon, int bf16) {
    DITTA_CONTRACT
    ditta_v16 mean = {}, squares = {};
    for (int c = 0; c < mask_channels; c++) mean += x[c];
    mean *= 1.0f / mask_channels;
    for (int c = 0; c < mask_channels; c++) squares += (x[c] - mean) * (x[c] - mean);
    ditta_v16 scale = 1.0f / __builtin_elementwise_sqrt(squares * (1.0f / mask_channels) + epsilon);
    for (int c = 0; c < mask_channels; c++) {
        x[c] = ditta_gelu16((x[c] - mean) * scale * factor[c] + shift[c], bf16);
    }
}

// Sixteen pixels of four channels each, channels last.
DITTA_INLINE void store_pixels(void *out, size_t i, const ditta_v16 *x, int bf16) {
    ditta_v16 pairs[4] = {
        __builtin_shufflevector(x[0], x[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        __builtin_shufflevector(x[0], x[1], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
        __builtin_shufflevector(x[2], x[3], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        __builtin_shufflevector(x[2], x[3], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
    };
    for (int k = 0; k < 2; k++) {
        ditta_v16 first = __builtin_shufflevector(pairs[k], pairs[k + 2], 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6,
                                                  7, 22, 23);
        ditta_v16 second = __builtin_shufflevector(pairs[k], pairs[k + 2], 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28,
                                                   29, 14, 15, 30, 31);
        ditta_store16(out, i + (size_t)(2 * k) * ditta_lanes, first, bf16);
        ditta_store16(out, i + (size_t)(2 * k + 1) * ditta_lanes, second, bf16);
    }
}

DITTA_INLINE void embed_mask(void *out, const float *mask, const float *weight, const float *bias, const float *factor,
                             const float *shift, float epsilon, size_t width, size_t begin, size_t end, int bf16) {
    DITTA_CONTRACT
    for (size_t y = begin; y < end; y++) {
        ditta_v16 before[3] = {};  // the odd columns left of these
        for (size_t column = 0; column < width; column += 2 * ditta_lanes) {
            ditta_v16 x[mask_channels];
            for (int c = 0; c < mask_channels; c++) x[c] = ditta_splat(bias[c]);
            // The height is even, so that a window leaves the picture at the top only.
            for (size_t ky = y == 0 ? 1 : 0; ky < 3; ky++) {
                const float *in = mask + (2 * y + ky - 1) * width + column;
                ditta_v16 a = ditta_load16(in, 0, 0), b = ditta_load16(in, ditta_lanes, 0);
                ditta_v16 even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                                                         30);
                ditta_v16 odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29,
                                                        31);
                ditta_v16 left = __builtin_shufflevector(before[ky], odd, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                                         26, 27, 28, 29, 30);
                before[ky] = odd;
                for (int c = 0; c < mask_channels; c++) {
                    const float *taps = weight + (size_t)c * 9 + ky * 3;
                    x[c] += left * taps[0] + even * taps[1] + odd * taps[2];
                }
            }
            normalize_pixels(x, factor, shift, epsilon, bf16);
            store_pixels(out, ((y - begin) * width + column) / 2 * mask_channels, x, bf16);
        }
    }
}

DITTA_KERNEL void ditta_embed_mask_rows(void *out, const float *mask, const float *weight, const float *bias,
                                        const float *factor, const float *shift, float epsilon, size_t width,
                                        size_t begin, size_t end, int bf16) {
    DITTA_EITHER(bf16, embed_mask, out, mask, weight, bias, factor, shift, epsilon, width, begin, end);
}

// 1 / (1 + e^-x) by e^-|x|, which does not overflow.
DITTA_INLINE ditta_v16 sigmoid(ditta_v16 x) {
    ditta_v16 e = ditta_exp16(-__builtin_elementwise_abs(x));
    return 0.5f + __builtin_elementwise_copysign(0.5f - e / (1.0f + e), x);
}

DITTA_INLINE void mask_values(float *x, size_t count, int cut, float scale, float shift) {
    for (size_t i = 0; i < count; i += ditta_lanes) {
        size_t n = count - i < ditta_lanes ? count - i : ditta_lanes;
        ditta_v16 value = ditta_load_some(x, i, n, 0.0f, 0);
        ditta_v16 share = cut ? (ditta_v16)((ditta_v16i)(value > 0.0f) & (ditta_v16i)ditta_splat(1.0f)) : sigmoid(value);
        ditta_store_some(x, i, n, share * scale + shift, 0);
    }
}

DITTA_KERNEL void ditta_mask_values(float *x, size_t count, int cut, float scale, float shift) {
    mask_values(x, count, cut, scale, shift);
}
