// The gradient of an offset's matrix: the sum over its pairs of an input row times a gradient row. The rows that some output
// rows take part in stay in the second cache for all offsets. Gradients of few pairs at a time are laid side by side in the
// first one, while every part of the matrix that fits into registers goes through them; inputs, of which such a part needs a
// few numbers a pair, are read where they lie.
#include <string.h>

#include "pairs.h"

// Output rows in the second cache, and pairs in the first one.
enum { tile = 512, block = 128 };

// `rows` inputs and `vectors` of sixteen outputs of the matrix, both constants, of `count` pairs with gradients g [count,
// 16 · vectors].
DITTA_INLINE void add_outer(float *matrix, const float *x, const int32_t *sources, const float *g, size_t inputs,
                            size_t outputs, size_t count, size_t rows, size_t vectors) {
    DITTA_CONTRACT
    ditta_v16 sums[8][3];
    DITTA_UNROLL
    for (size_t r = 0; r < rows; r++) {
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) sums[r][v] = *(const ditta_v16 *)(matrix + r * outputs + v * ditta_lanes);
    }
    for (size_t p = 0; p < count; p++) {
        const float *in = x + (size_t)sources[p] * inputs;
        ditta_v16 row[3];
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) row[v] = *(const ditta_v16 *)(g + (p * vectors + v) * ditta_lanes);
        DITTA_UNROLL
        for (size_t r = 0; r < rows; r++) {
            DITTA_UNROLL
            for (size_t v = 0; v < vectors; v++) sums[r][v] += in[r] * row[v];
        }
    }
    DITTA_UNROLL
    for (size_t r = 0; r < rows; r++) {
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) *(ditta_v16 *)(matrix + r * outputs + v * ditta_lanes) = sums[r][v];
    }
}

// All inputs, `most` at a time and then what is left.
DITTA_INLINE void add_columns(float *matrix, const float *x, const float *g, const int32_t *sources,
                              const int32_t *targets, size_t inputs, size_t outputs, size_t count, size_t most,
                              size_t vectors) {
    _Alignas(64) float gradients[block * 3 * ditta_lanes];
    for (size_t p = 0; p < count; p++) {
        memcpy(gradients + p * vectors * ditta_lanes, g + (size_t)targets[p] * outputs,
               vectors * ditta_lanes * sizeof(float));
    }
#define DITTA_SOME(rows)                                                                                   \
    for (; most >= rows && i + rows <= inputs; i += rows) {                                                \
        add_outer(matrix + i * outputs, x + i, sources, gradients, inputs, outputs, count, rows, vectors); \
    }
    size_t i = 0;
    DITTA_SOME(8)
    DITTA_SOME(6)
    DITTA_SOME(4)
    DITTA_SOME(2)
    DITTA_SOME(1)
}

// Up to `block` pairs of one offset.
DITTA_INLINE void add_pairs(float *matrix, const float *x, const float *g, const int32_t *sources,
                            const int32_t *targets, size_t inputs, size_t outputs, size_t count, size_t most,
                            size_t widest) {
    size_t vectors = outputs / ditta_lanes;
    for (size_t v = 0; v < vectors;) {
        size_t taken = ditta_next_vectors(vectors - v, widest);
        float *part = matrix + v * ditta_lanes;
        const float *upstream = g + v * ditta_lanes;
        if (widest > 2 && taken == 3) {
            add_columns(part, x, upstream, sources, targets, inputs, outputs, count, most, 3);
        } else if (widest > 1 && taken == 2) {
            add_columns(part, x, upstream, sources, targets, inputs, outputs, count, most, 2);
        } else {
            add_columns(part, x, upstream, sources, targets, inputs, outputs, count, most, 1);
        }
        v += taken;
    }
}

DITTA_INLINE void add_gradient(float *matrices, const float *x, const float *g, ditta_pairs pairs, ditta_range offsets,
                               ditta_range rows, size_t inputs, size_t outputs, size_t most, size_t widest) {
    for (size_t row = rows.begin; row < rows.end; row += tile) {
        ditta_range own = {row, row + tile < rows.end ? row + tile : rows.end};
        for (size_t k = offsets.begin; k < offsets.end; k++) {
            ditta_range places = ditta_places(pairs, k, own);
            for (size_t p = places.begin; p < places.end; p += block) {
                size_t count = p + block < places.end ? block : places.end - p;
                add_pairs(matrices + k * inputs * outputs, x, g, pairs.sources + p, pairs.targets + p, inputs, outputs,
                          count, most, widest);
            }
        }
    }
}

#if DITTA_PICKS
// 24 sums, three vectors of gradients and a number of the input fill 28 of 32 registers.
DITTA_VERSION("avx512f")
static void outer_products(float *matrices, const float *x, const float *g, ditta_pairs pairs, ditta_range offsets,
                           ditta_range rows, size_t inputs, size_t outputs) {
    add_gradient(matrices, x, g, pairs, offsets, rows, inputs, outputs, 8, 3);
}

// A vector is two registers: twelve sums, gradients and a number fill 15 of 16.
DITTA_VERSION("avx2,fma")
static void outer_products(float *matrices, const float *x, const float *g, ditta_pairs pairs, ditta_range offsets,
                           ditta_range rows, size_t inputs, size_t outputs) {
    add_gradient(matrices, x, g, pairs, offsets, rows, inputs, outputs, 6, 1);
}
#endif

// A vector is four registers.
DITTA_VERSION("default")
static void outer_products(float *matrices, const float *x, const float *g, ditta_pairs pairs, ditta_range offsets,
                           ditta_range rows, size_t inputs, size_t outputs) {
    add_gradient(matrices, x, g, pairs, offsets, rows, inputs, outputs, 2, 1);
}

void ditta_sparse_weight_gradient(float *matrices, const float *x, const float *g, ditta_pairs pairs,
                                  ditta_range offsets, ditta_range rows, size_t inputs, size_t outputs) {
    outer_products(matrices, x, g, pairs, offsets, rows, inputs, outputs);
}
