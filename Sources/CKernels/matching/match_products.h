// The innermost loop of window matching: sums of products of 16-bit pairs.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../shared/dispatch.h"

// Neighbouring queries and offsets along x whose products are made together: as many sums as stay in registers.
enum { match_lanes = 16, match_offsets = 11 };

// Products of 16 neighbouring queries of each of two rows with the keys at 11 neighbouring offsets along x:
// out[o * 16 + j], and the second row's `second` further on, is start[o + j] + Σ over pairs of query[j] · key[o + j].
// A plane holds a pair of 16-bit channels in each 32-bit place; planes are `stride` places apart.
DITTA_VERSION("default")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride);
#if DITTA_PICKS
DITTA_VERSION("avx2")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride);
DITTA_VERSION("avx512bw")
void ditta_match_products(int32_t *out, size_t second, const int32_t *query1, const int32_t *query2,
                          const int32_t *key, const int32_t *start, size_t pairs, size_t stride);
#endif
