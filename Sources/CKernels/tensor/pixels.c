// RGB pixels to a network's input: resampled by sparse axes and normalised, a row at a time.
#include "tensor.h"
#include "../shared/vector_math.h"

// A pixel and the first sample of the next, which nobody looks at: three floats are no vector.
typedef float pixel_t __attribute__((ext_vector_type(4)));

DITTA_INLINE pixel_t load_pixel(const float *x) {
    pixel_t pixel;
    memcpy(&pixel, x, sizeof pixel);
    return pixel;
}

// line = the weighted sum of rows of x, as floats.
DITTA_INLINE void blend_rows(float *line, const uint8_t *x, size_t count, ditta_axis rows, size_t y) {
    DITTA_RELAXED
    const uint8_t *first = x + (size_t)rows.index[y] * count;
    float weight = rows.weight[y];
    for (size_t c = 0; c < count; c++) line[c] = weight * (float)first[c];
    for (size_t k = 1; k < rows.taps; k++) {
        weight = rows.weight[k * rows.length + y];
        if (weight == 0.0f) continue;
        const uint8_t *next = x + (size_t)rows.index[k * rows.length + y] * count;
        for (size_t c = 0; c < count; c++) line[c] += weight * (float)next[c];
    }
}

DITTA_INLINE pixel_t blend_pixels(const float *line, ditta_axis columns, size_t taps, size_t i) {
    DITTA_RELAXED
    pixel_t sum = load_pixel(line + 3 * (size_t)columns.index[i]) * columns.weight[i];
    // A missing tap has weight 0 and the index of a pixel that is there.
    for (size_t k = 1; k < taps; k++) {
        size_t entry = k * columns.length + i;
        sum += load_pixel(line + 3 * (size_t)columns.index[entry]) * columns.weight[entry];
    }
    return sum;
}

// `taps` is a constant where this is inlined, which unrolls the sum.
DITTA_INLINE void normalize_row(float *out, const float *line, ditta_axis columns, size_t taps, pixel_t scale,
                                pixel_t shift) {
    DITTA_RELAXED
    size_t last = columns.length - 1;
    for (size_t i = 0; i < last; i++) {
        pixel_t pixel = blend_pixels(line, columns, taps, i) * scale + shift;
        // The fourth float is overwritten by the next pixel.
        memcpy(out + 3 * i, &pixel, sizeof pixel);
    }
    pixel_t pixel = blend_pixels(line, columns, taps, last) * scale + shift;
    memcpy(out + 3 * last, &pixel, 3 * sizeof(float));
}

DITTA_KERNEL void ditta_normalize_pixels(float *out, const uint8_t *x, size_t width, ditta_axis rows,
                                         ditta_axis columns, const float *scale, const float *shift, float *line,
                                         size_t begin, size_t end) {
    pixel_t scales = {scale[0], scale[1], scale[2], 0.0f};
    pixel_t shifts = {shift[0], shift[1], shift[2], 0.0f};
    line[3 * width] = 0.0f;
    for (size_t y = begin; y < end; y++) {
        float *row = out + (y - begin) * columns.length * 3;
        blend_rows(line, x, width * 3, rows, y);
        switch (columns.taps) {
            case 1: normalize_row(row, line, columns, 1, scales, shifts); break;
            case 2: normalize_row(row, line, columns, 2, scales, shifts); break;
            case 3: normalize_row(row, line, columns, 3, scales, shifts); break;
            case 4: normalize_row(row, line, columns, 4, scales, shifts); break;
            default: normalize_row(row, line, columns, columns.taps, scales, shifts);
        }
    }
}
