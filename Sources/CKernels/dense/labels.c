// Labels at full resolution, from the labels of the cells where these already decide.
#include "dense.h"
#include "../shared/vector_math.h"

// The first of the highest values.
DITTA_INLINE uint16_t first_highest(const float *x, size_t n) {
    DITTA_RELAXED
    float highest = x[0];
    for (size_t c = 0; c < n; c++) highest = x[c] > highest ? x[c] : highest;
    size_t c = 0;
    while (c + 1 < n && x[c] != highest) c++;
    return (uint16_t)c;
}

DITTA_KERNEL void ditta_cell_labels(uint16_t *labels, const float *logits, size_t cells, size_t classes) {
    for (size_t i = 0; i < cells; i++) labels[i] = first_highest(logits + i * classes, classes);
}

// Sets `values` to pixel i of the upsampled logits of row y.
DITTA_INLINE void upsample_pixel(float *values, ditta_logits logits, size_t y, size_t i) {
    size_t classes = logits.classes, n = logits.columns.length;
    for (size_t c = 0; c < classes; c++) values[c] = 0.0f;
    for (size_t v = 0; v < logits.rows.taps; v++) {
        float vertical = logits.rows.weight[v * logits.rows.length + y];
        const float *row =
            logits.logits + (size_t)logits.rows.index[v * logits.rows.length + y] * logits.width * classes;
        for (size_t h = 0; h < logits.columns.taps; h++) {
            float weight = vertical * logits.columns.weight[h * n + i];
            const float *in = row + (size_t)logits.columns.index[h * n + i] * classes;
            // Few classes are one masked step instead of a scalar rest.
#pragma clang loop vectorize_predicate(enable)
            for (size_t c = 0; c < classes; c++) values[c] += weight * in[c];
        }
    }
}

// Whether two outputs take from the same inputs.
DITTA_INLINE int same_inputs(ditta_axis axis, size_t a, size_t b) {
    int same = 1;
    for (size_t k = 0; k < axis.taps; k++) {
        int first = axis.weight[k * axis.length + a] != 0.0f, second = axis.weight[k * axis.length + b] != 0.0f;
        same &= first == second && (!first || axis.index[k * axis.length + a] == axis.index[k * axis.length + b]);
    }
    return same;
}

static const uint16_t mixed = UINT16_MAX;

// Sets `labels` to those that the cells agree on for row y's pixels, `mixed` where they do not. `line` holds `width`.
DITTA_INLINE void agreed_labels(uint16_t *labels, uint16_t *line, const uint16_t *cells, ditta_logits logits,
                                size_t y) {
    ditta_axis rows = logits.rows, columns = logits.columns;
    for (size_t k = 0; k < rows.taps; k++) {
        if (k > 0 && rows.weight[k * rows.length + y] == 0.0f) continue;
        const uint16_t *row = cells + (size_t)rows.index[k * rows.length + y] * logits.width;
        for (size_t i = 0; i < logits.width; i++) line[i] = k == 0 || line[i] == row[i] ? row[i] : mixed;
    }
    for (size_t i = 0; i < columns.length; i++) {
        uint16_t label = line[columns.index[i]];
        for (size_t k = 1; k < columns.taps; k++) {
            uint16_t other = line[columns.index[k * columns.length + i]];
            label = other == label || columns.weight[k * columns.length + i] == 0.0f ? label : mixed;
        }
        labels[i] = label;
    }
}

// Weights are positive and the same for every class, so what is highest in all cells that a pixel takes from is highest
// in the pixel too. Only pixels between cells of different labels are worked out.
DITTA_KERNEL void ditta_label_rows(uint16_t *labels, const uint16_t *cells, ditta_logits logits, float *scratch,
                                   size_t begin, size_t end) {
    size_t n = logits.columns.length;
    uint16_t *agreed = (uint16_t *)(scratch + logits.classes), *line = agreed + n;
    for (size_t y = begin; y < end; y++) {
        uint16_t *row = labels + (y - begin) * n;
        // Upsampled rows come in groups between the same rows of cells.
        if (y == begin || !same_inputs(logits.rows, y, y - 1)) agreed_labels(agreed, line, cells, logits, y);
        for (size_t i = 0; i < n; i++) {
            row[i] = agreed[i];
            if (agreed[i] != mixed) continue;
            upsample_pixel(scratch, logits, y, i);
            row[i] = first_highest(scratch, logits.classes);
        }
    }
}
