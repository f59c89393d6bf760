// bfloat16: the upper half of a float, rounded to nearest (of two equally near ones, the one away from 0).
//
// `bf16` says which of the two a matrix holds; it is a constant where these are used, so that each kernel is built for both.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

DITTA_INLINE uint16_t ditta_to_bfloat16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x8000u) >> 16);
}

DITTA_INLINE float ditta_from_bfloat16(uint16_t x) {
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

DITTA_INLINE float ditta_load(const void *x, size_t i, int bf16) {
    return bf16 ? ditta_from_bfloat16(((const uint16_t *)x)[i]) : ((const float *)x)[i];
}

DITTA_INLINE void ditta_store(void *x, size_t i, float value, int bf16) {
    if (bf16) {
        ((uint16_t *)x)[i] = ditta_to_bfloat16(value);
    } else {
        ((float *)x)[i] = value;
    }
}

// A kernel of either precision from a body that takes `bf16` last.
#define DITTA_EITHER(bf16, body, ...) \
    do {                              \
        if (bf16) {                   \
            body(__VA_ARGS__, 1);     \
        } else {                      \
            body(__VA_ARGS__, 0);     \
        }                             \
    } while (0)
