// exp and log as polynomials that vectorise; libm's do not.
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

// e^x, relative error below 2e-7 on [-87, 88]; 0 below, and the value at 88 above.
// Not DITTA_RELAXED: reordering would join the two parts of ln 2 and lose what they are for.
DITTA_INLINE float ditta_expf(float x) {
    float clamped = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
    // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts so that r is exact.
    float n = __builtin_rintf(clamped * 1.44269504088896341f);
    float r = clamped - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return x < -87.0f ? 0.0f : p * power;
}

// ln x of a normal x > 0, error below 2e-7 of the larger of 1 and |ln x|. Not DITTA_RELAXED, as above.
DITTA_INLINE float ditta_logf(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    // x = 2^n (1 + r) with 1 + r in [√½, √2).
    int32_t n = (bits - 0x3f3504f3) >> 23;
    bits -= n << 23;
    float r;
    memcpy(&r, &bits, sizeof r);
    r -= 1.0f;
    float p = 7.0376836292e-2f;
    p = p * r - 1.1514610310e-1f;
    p = p * r + 1.1676998740e-1f;
    p = p * r - 1.2420140846e-1f;
    p = p * r + 1.4249322787e-1f;
    p = p * r - 1.6668057665e-1f;
    p = p * r + 2.0000714765e-1f;
    p = p * r - 2.4999993993e-1f;
    p = p * r + 3.3333331174e-1f;
    p = p * r * r * r;
    p = p - (float)n * 2.12194440e-4f - 0.5f * r * r;
    return r + p + (float)n * 0.693359375f;
}
