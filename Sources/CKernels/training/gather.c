// Rows by their numbers, and back.
#include "training.h"
#include <string.h>

#include "../shared/dispatch.h"

DITTA_KERNEL void ditta_gather_rows(float *out, const float *x, const int32_t *index, size_t count, size_t columns,
                                    int adding) {
    for (size_t i = 0; i < count; i++) {
        float *to = out + i * columns;
        const float *from = x + (size_t)(index[i] < 0 ? 0 : index[i]) * columns;
        if (index[i] < 0) {
            if (!adding) memset(to, 0, columns * sizeof(float));
        } else if (adding) {
            for (size_t c = 0; c < columns; c++) to[c] += from[c];
        } else {
            memcpy(to, from, columns * sizeof(float));
        }
    }
}

DITTA_KERNEL void ditta_scatter_add_rows(float *out, const float *x, const int32_t *index, size_t count,
                                         size_t columns, size_t begin, size_t end) {
    for (size_t i = 0; i < count; i++) {
        if (index[i] < 0) continue;
        float *to = out + (size_t)index[i] * columns;
        const float *from = x + i * columns;
        for (size_t c = begin; c < end; c++) to[c] += from[c];
    }
}
