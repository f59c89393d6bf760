// Each output row is the sum over its neighbours of a row of the input times the matrix of that neighbour's offset. A block of
// output rows stays in the cache while every offset adds its pairs to it; input rows are read where they lie, several pairs at
// a time, so that they share the matrix in the cache and their sums stay in registers over all inputs.
#include <string.h>

#include "pairs.h"

// Output rows that stay in the cache.
enum { tile = 512 };

// `rows` pairs and `vectors` of sixteen outputs, both constants.
DITTA_INLINE void add_products(float *out, const float *x, const float *panel, const int32_t *sources,
                               const int32_t *targets, size_t inputs, size_t outputs, size_t rows, size_t vectors) {
    DITTA_CONTRACT
    ditta_v16 sums[8][3];
    const float *in[8];
    DITTA_UNROLL
    for (size_t r = 0; r < rows; r++) {
        in[r] = x + (size_t)sources[r] * inputs;
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) sums[r][v] = ditta_splat(0.0f);
    }
    for (size_t i = 0; i < inputs; i++) {
        ditta_v16 weights[3];
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) weights[v] = *(const ditta_v16 *)(panel + (v * inputs + i) * ditta_lanes);
        DITTA_UNROLL
        for (size_t r = 0; r < rows; r++) {
            DITTA_UNROLL
            for (size_t v = 0; v < vectors; v++) sums[r][v] += in[r][i] * weights[v];
        }
    }
    DITTA_UNROLL
    for (size_t r = 0; r < rows; r++) {
        float *to = out + (size_t)targets[r] * outputs;
        DITTA_UNROLL
        for (size_t v = 0; v < vectors; v++) *(ditta_v16 *)(to + v * ditta_lanes) += sums[r][v];
    }
}

// Pairs of an offset, `most` at a time and then what is left.
DITTA_INLINE void add_offset(float *out, const float *x, const float *panel, const int32_t *sources,
                             const int32_t *targets, size_t inputs, size_t outputs, ditta_range places,
                             size_t most, size_t vectors) {
#define DITTA_SOME(rows)                                                                                             \
    for (; most >= rows && p + rows <= places.end; p += rows) {                                                      \
        add_products(out, x, panel, sources + p, targets + p, inputs, outputs, rows, vectors);                       \
    }
    size_t p = places.begin;
    DITTA_SOME(8)
    DITTA_SOME(6)
    DITTA_SOME(4)
    DITTA_SOME(2)
    DITTA_SOME(1)
}

// Rows that stay in the cache: for each group of outputs all offsets in turn. `most` pairs and `widest` vectors are what the
// registers hold.
DITTA_INLINE void set_tile(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs,
                           size_t outputs, ditta_range rows, ditta_range vectors, int adding, size_t most,
                           size_t widest) {
    for (size_t v = vectors.begin; v < vectors.end;) {
        size_t taken = ditta_next_vectors(vectors.end - v, widest);
        float *part = out + v * ditta_lanes;
        for (size_t row = rows.begin; row < rows.end && !adding; row++) {
            memset(part + row * outputs, 0, taken * ditta_lanes * sizeof(float));
        }
        for (size_t k = 0; k < pairs.volume; k++) {
            ditta_range places = ditta_places(pairs, k, rows);
            const float *panel = panels + (k * (outputs / ditta_lanes) + v) * inputs * ditta_lanes;
            if (widest > 2 && taken == 3) {
                add_offset(part, x, panel, pairs.sources, pairs.targets, inputs, outputs, places, most, 3);
            } else if (widest > 1 && taken == 2) {
                add_offset(part, x, panel, pairs.sources, pairs.targets, inputs, outputs, places, most, 2);
            } else {
                add_offset(part, x, panel, pairs.sources, pairs.targets, inputs, outputs, places, most, 1);
            }
        }
        v += taken;
    }
}

DITTA_INLINE void set_rows(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs,
                           size_t outputs, ditta_range rows, ditta_range vectors, int adding, size_t most,
                           size_t widest) {
    for (size_t row = rows.begin; row < rows.end; row += tile) {
        ditta_range own = {row, row + tile < rows.end ? row + tile : rows.end};
        set_tile(out, x, panels, pairs, inputs, outputs, own, vectors, adding, most, widest);
    }
}

#if DITTA_PICKS
// 24 sums, three vectors of weights and a number of the input fill 28 of 32 registers.
DITTA_VERSION("avx512f")
static void convolve(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs, size_t outputs,
                     ditta_range rows, ditta_range vectors, int adding) {
    set_rows(out, x, panels, pairs, inputs, outputs, rows, vectors, adding, 8, 3);
}

// A vector is two registers: twelve sums, weights and a number fill 15 of 16.
DITTA_VERSION("avx2,fma")
static void convolve(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs, size_t outputs,
                     ditta_range rows, ditta_range vectors, int adding) {
    set_rows(out, x, panels, pairs, inputs, outputs, rows, vectors, adding, 6, 1);
}
#endif

// A vector is four registers.
DITTA_VERSION("default")
static void convolve(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs, size_t outputs,
                     ditta_range rows, ditta_range vectors, int adding) {
    set_rows(out, x, panels, pairs, inputs, outputs, rows, vectors, adding, 2, 1);
}

void ditta_sparse_convolution(float *out, const float *x, const float *panels, ditta_pairs pairs, size_t inputs,
                              size_t outputs, ditta_range rows, ditta_range vectors, int adding) {
    convolve(out, x, panels, pairs, inputs, outputs, rows, vectors, adding);
}
