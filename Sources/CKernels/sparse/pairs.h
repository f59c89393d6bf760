// What the kernels over pairs of rows share.
#pragma once

#include "sparse.h"
#include "../shared/vector.h"

// The first place in [begin, end) whose row is at least `row`.
DITTA_INLINE size_t ditta_first_place(const int32_t *rows, size_t begin, size_t end, size_t row) {
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if ((size_t)rows[middle] < row) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

// The places of offset k's pairs whose output rows are in `rows`.
DITTA_INLINE ditta_range ditta_places(ditta_pairs pairs, size_t k, ditta_range rows) {
    size_t first = ditta_first_place(pairs.targets, pairs.starts[k], pairs.starts[k + 1], rows.begin);
    return (ditta_range){first, ditta_first_place(pairs.targets, first, pairs.starts[k + 1], rows.end)};
}

// How many of the vectors that are left are taken together: at most `widest`; four are two and two, and not three and one.
DITTA_INLINE size_t ditta_next_vectors(size_t left, size_t widest) {
    return left == 4 && widest == 3 ? 2 : left < widest ? left : widest;
}
