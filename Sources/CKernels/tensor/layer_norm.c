// Layer normalisation of rows, into either precision.
#include <math.h>

#include "tensor.h"
#include "../shared/vector.h"

// So many rows at a time, a constant: while one waits for its sum, the others go on.
DITTA_INLINE void normalize_group(void *out, const float *x, const float *weight, const float *bias, size_t first,
                                  size_t group, size_t columns, float epsilon, int bf16) {
    DITTA_CONTRACT
    size_t whole = columns / ditta_lanes * ditta_lanes, left = columns - whole;
    ditta_v16 mean[4], scale[4];
    for (size_t r = 0; r < group; r++) {
        const float *in = x + (first + r) * columns;
        ditta_v16 sum = left > 0 ? ditta_load_some(in, whole, left, 0.0f, 0) : (ditta_v16){};
        for (size_t c = 0; c < whole; c += ditta_lanes) sum += ditta_load16(in, c, 0);
        mean[r] = ditta_splat(ditta_sum16(sum) / (float)columns);
    }
    for (size_t r = 0; r < group; r++) {
        const float *in = x + (first + r) * columns;
        ditta_v16 d = {}, squares = {};
        if (left > 0) {
            // What is missing of sixteen is at the mean, and so adds nothing.
            d = ditta_load_some(in, whole, left, mean[r][0], 0) - mean[r];
            squares = d * d;
        }
        for (size_t c = 0; c < whole; c += ditta_lanes) {
            d = ditta_load16(in, c, 0) - mean[r];
            squares += d * d;
        }
        scale[r] = ditta_splat(1.0f / sqrtf(ditta_sum16(squares) / (float)columns + epsilon));
    }
    for (size_t c = 0; c < columns; c += ditta_lanes) {
        size_t n = columns - c < ditta_lanes ? columns - c : ditta_lanes;
        ditta_v16 factor = ditta_load_some(weight, c, n, 0.0f, 0), shift = ditta_load_some(bias, c, n, 0.0f, 0);
        for (size_t r = 0; r < group; r++) {
            size_t at = (first + r) * columns + c;
            ditta_v16 value = (ditta_load_some(x, at, n, 0.0f, 0) - mean[r]) * scale[r];
            ditta_store_some(out, at, n, value * factor + shift, bf16);
        }
    }
}

DITTA_INLINE void normalize_rows(void *out, const float *x, const float *weight, const float *bias, size_t rows,
                                 size_t columns, float epsilon, int bf16) {
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) normalize_group(out, x, weight, bias, r, 4, columns, epsilon, bf16);
    for (; r < rows; r++) normalize_group(out, x, weight, bias, r, 1, columns, epsilon, bf16);
}

DITTA_KERNEL void ditta_layer_norm(void *out, const float *x, const float *weight, const float *bias, size_t rows,
                                        size_t columns, float epsilon, int bf16) {
    DITTA_EITHER(bf16, normalize_rows, out, x, weight, bias, rows, columns, epsilon);
}
