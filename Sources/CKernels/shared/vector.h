// Sixteen numbers at a time: one register of AVX-512, two of AVX2, four of the baseline. Kernels whose loops the compiler
// does not vectorise by itself (maxima, sliding windows) are written with it.
#pragma once

#include "bfloat16.h"

// All of these are inlined, so how vectors would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float ditta_v16 __attribute__((vector_size(64), aligned(4)));
typedef float ditta_v8 __attribute__((vector_size(32)));
typedef float ditta_v4 __attribute__((vector_size(16)));
typedef int32_t ditta_v16i __attribute__((vector_size(64), aligned(4)));
typedef uint32_t ditta_v16u __attribute__((vector_size(64), aligned(4)));
typedef uint16_t ditta_v32h __attribute__((vector_size(64), aligned(2)));
typedef uint16_t ditta_v16h __attribute__((vector_size(32), aligned(2)));

enum { ditta_lanes = 16 };

DITTA_INLINE ditta_v16 ditta_splat(float x) { return (ditta_v16){} + x; }

DITTA_INLINE ditta_v16 ditta_max16(ditta_v16 a, ditta_v16 b) { return __builtin_elementwise_max(a, b); }

DITTA_INLINE ditta_v16 ditta_min16(ditta_v16 a, ditta_v16 b) { return __builtin_elementwise_min(a, b); }

// Half of the numbers joined with the other half, until one is left.
#define DITTA_FOLD16(x, join)                                                                                \
    do {                                                                                                     \
        ditta_v8 eight = join(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7),                         \
                              __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));                  \
        ditta_v4 four = join(__builtin_shufflevector(eight, eight, 0, 1, 2, 3),                              \
                             __builtin_shufflevector(eight, eight, 4, 5, 6, 7));                             \
        four = join(four, __builtin_shufflevector(four, four, 2, 3, 0, 1));                                  \
        four = join(four, __builtin_shufflevector(four, four, 1, 0, 3, 2));                                  \
        return four[0];                                                                                      \
    } while (0)
#define DITTA_PLUS(a, b) ((a) + (b))

DITTA_INLINE float ditta_highest16(ditta_v16 x) { DITTA_FOLD16(x, __builtin_elementwise_max); }

DITTA_INLINE float ditta_sum16(ditta_v16 x) { DITTA_FOLD16(x, DITTA_PLUS); }

// Numbers i … i + 15 of a matrix of either precision.
DITTA_INLINE ditta_v16 ditta_load16(const void *x, size_t i, int bf16) {
    if (!bf16) return *(const ditta_v16 *)((const float *)x + i);
    ditta_v16h bits = *(const ditta_v16h *)((const uint16_t *)x + i);
    return (ditta_v16)(__builtin_convertvector(bits, ditta_v16u) << 16);
}

DITTA_INLINE void ditta_store16(void *x, size_t i, ditta_v16 value, int bf16) {
    if (!bf16) {
        *(ditta_v16 *)((float *)x + i) = value;
        return;
    }
    ditta_v16u bits = (ditta_v16u)value;
    *(ditta_v16h *)((uint16_t *)x + i) = __builtin_convertvector((bits + 0x8000u) >> 16, ditta_v16h);
}

// Thirty-two numbers: rounded, the upper halves of two vectors are one.
DITTA_INLINE void ditta_store32(void *x, size_t i, ditta_v16 low, ditta_v16 high, int bf16) {
    if (!bf16) {
        ditta_store16(x, i, low, 0);
        ditta_store16(x, i + ditta_lanes, high, 0);
        return;
    }
    ditta_v32h a = (ditta_v32h)((ditta_v16u)low + 0x8000u), b = (ditta_v32h)((ditta_v16u)high + 0x8000u);
    *(ditta_v32h *)((uint16_t *)x + i) =
        __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41,
                                43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
}

// The first n of sixteen numbers; the others are `rest`.
DITTA_INLINE ditta_v16 ditta_load_some(const void *x, size_t i, size_t n, float rest, int bf16) {
    if (n == ditta_lanes) return ditta_load16(x, i, bf16);
    float values[ditta_lanes];
    for (size_t k = 0; k < ditta_lanes; k++) values[k] = k < n ? ditta_load(x, i + k, bf16) : rest;
    return *(const ditta_v16 *)values;
}

DITTA_INLINE void ditta_store_some(void *x, size_t i, size_t n, ditta_v16 value, int bf16) {
    if (n == ditta_lanes) {
        ditta_store16(x, i, value, bf16);
        return;
    }
    for (size_t k = 0; k < n; k++) ditta_store(x, i + k, value[k], bf16);
}

// 2^y for -125 <= y <= 125, relative error below 1e-4: for what is rounded to bfloat16 anyway.
DITTA_INLINE ditta_v16 ditta_coarse_exp2(ditta_v16 y) {
    // Adding 1.5 · 2^23 rounds to a whole number, which is then in the lowest bits.
    ditta_v16 shifted = y + 12582912.0f;
    ditta_v16 f = y - (shifted - 12582912.0f);
    ditta_v16 p = ((f * 0.05517166f + 0.24261114f) * f + 0.69326099f) * f + 0.99992807f;
    return (ditta_v16)((ditta_v16i)p + ((ditta_v16i)shifted << 23));
}

// e^x for x <= 0, relative error below 2e-7; 0 below -87.
DITTA_INLINE ditta_v16 ditta_exp16(ditta_v16 x) {
    DITTA_CONTRACT
    ditta_v16 clamped = ditta_max16(x, ditta_splat(-87.0f));
    ditta_v16 n = __builtin_elementwise_rint(clamped * 1.44269504088896341f);
    // x = n ln 2 + r; ln 2 in two parts so that r is exact.
    ditta_v16 r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    ditta_v16 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * (ditta_v16)((__builtin_convertvector(n, ditta_v16i) + 127) << 23);
}

// e^(x - top) for x <= top; coarse where the result will be bfloat16.
DITTA_INLINE ditta_v16 ditta_exp_below(ditta_v16 x, ditta_v16 top, int bf16) {
    DITTA_CONTRACT
    if (!bf16) return ditta_exp16(x - top);
    return ditta_coarse_exp2(ditta_max16((x - top) * 1.44269504088896341f, ditta_splat(-125.0f)));
}

// x Φ(x): absolute error below 5e-7 of |x| (erf of Abramowitz and Stegun 7.1.26), or for what is rounded to bfloat16 anyway
// below 2e-4, and of |x| below 6e-5 beyond 4.
DITTA_INLINE ditta_v16 ditta_gelu16(ditta_v16 x, int bf16) {
    if (bf16) {
        // Minimax for Φ(z) - 1/2 as an odd polynomial on |z| <= 4, its error weighted by |z|.
        ditta_v16 z = ditta_min16(ditta_max16(x, ditta_splat(-4.0f)), ditta_splat(4.0f));
        ditta_v16 s = z * z;
        ditta_v16 p = s * 2.278022757e-8f - 1.598541178e-6f;
        p = p * s + 4.795432372e-5f;
        p = p * s - 8.140040846e-4f;
        p = p * s + 8.772334103e-3f;
        p = p * s - 6.457299384e-2f;
        p = p * s + 3.978832669e-1f;
        return x * (p * z + 0.5f);
    }
    ditta_v16 z = __builtin_elementwise_abs(x) * 0.70710678118654752f;
    ditta_v16 t = 1.0f / (1.0f + 0.3275911f * z);
    ditta_v16 p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    ditta_v16 tail = 0.5f * p * t * ditta_exp16(-z * z);  // 1 - Φ(|x|)
    return ditta_max16(x, ditta_splat(0.0f)) - __builtin_elementwise_abs(x) * tail;
}
