// Written out for each instruction set, because no compiler finds "multiply pairs and add" in plain loops once operands
// are shared.
#include "match_products.h"

#if DITTA_PICKS
#include <immintrin.h>

// Keys of a row serve both rows of queries: 22 sums, a key and two queries fill 25 of 32 registers.
DITTA_VERSION("avx512bw")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride) {
    __m512i sum1[match_offsets], sum2[match_offsets];
    DITTA_UNROLL
    for (size_t o = 0; o < match_offsets; o++) sum1[o] = sum2[o] = _mm512_loadu_si512(start + o);
    for (size_t p = 0; p < pairs; p++) {
        __m512i a = _mm512_loadu_si512(query1 + p * stride), b = _mm512_loadu_si512(query2 + p * stride);
        DITTA_UNROLL
        for (size_t o = 0; o < match_offsets; o++) {
            __m512i k = _mm512_loadu_si512(key + p * stride + o);
            sum1[o] = _mm512_add_epi32(sum1[o], _mm512_madd_epi16(a, k));
            sum2[o] = _mm512_add_epi32(sum2[o], _mm512_madd_epi16(b, k));
        }
    }
    DITTA_UNROLL
    for (size_t o = 0; o < match_offsets; o++) {
        _mm512_storeu_si512(out + o * match_lanes, sum1[o]);
        _mm512_storeu_si512(out + second + o * match_lanes, sum2[o]);
    }
}

// Half a row of queries at a time: 11 sums and a query fill 12 of 16 registers.
DITTA_VERSION("avx2")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride) {
    for (size_t part = 0; part < 4; part++) {
        size_t lane = part % 2 * 8;
        const int32_t *query = (part < 2 ? query1 : query2) + lane;
        __m256i sum[match_offsets];
        DITTA_UNROLL
        for (size_t o = 0; o < match_offsets; o++) sum[o] = _mm256_loadu_si256((const void *)(start + lane + o));
        for (size_t p = 0; p < pairs; p++) {
            __m256i q = _mm256_loadu_si256((const void *)(query + p * stride));
            DITTA_UNROLL
            for (size_t o = 0; o < match_offsets; o++) {
                __m256i k = _mm256_loadu_si256((const void *)(key + p * stride + lane + o));
                sum[o] = _mm256_add_epi32(sum[o], _mm256_madd_epi16(q, k));
            }
        }
        int32_t *target = out + (part < 2 ? 0 : second) + lane;
        DITTA_UNROLL
        for (size_t o = 0; o < match_offsets; o++) {
            _mm256_storeu_si256((void *)(target + o * match_lanes), sum[o]);
        }
    }
}

#endif

DITTA_VERSION("default")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride) {
    for (size_t row = 0; row < 2; row++) {
        const int16_t *query = (const int16_t *)(row == 0 ? query1 : query2);
        for (size_t o = 0; o < match_offsets; o++) {
            int32_t *sum = out + row * second + o * match_lanes;
            for (size_t j = 0; j < match_lanes; j++) sum[j] = start[o + j];
            for (size_t p = 0; p < pairs; p++) {
                const int16_t *q = query + 2 * p * stride, *k = (const int16_t *)(key + p * stride + o);
                for (size_t j = 0; j < match_lanes; j++) {
                    sum[j] += (int32_t)q[2 * j] * k[2 * j] + (int32_t)q[2 * j + 1] * k[2 * j + 1];
                }
            }
        }
    }
}
