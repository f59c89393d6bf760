// Depthwise convolutions of any odd kernel, of stride 1 and with zero padding.
#include "compiled.h"
#include "../shared/vector.h"

enum { group = 4 };

// So many vectors of channels (the last with `some` of sixteen) of so many neighbouring columns of a row, both constants: they
// share each tap's weights and memory pages, and none waits for the others' sums. Taps [top, bottom) x [left, right) lie
// within the picture.
DITTA_INLINE void depthwise_columns(float *out, const float *x, const float *weight, const float *bias, size_t width,
                                    size_t channels, size_t vectors, size_t some, size_t kernel, size_t top,
                                    size_t bottom, size_t left, size_t right, size_t columns) {
    DITTA_CONTRACT
    ptrdiff_t padding = (ptrdiff_t)kernel / 2, stride = (ptrdiff_t)channels;
    ditta_v16 sums[group][group];
    for (size_t v = 0; v < vectors; v++) {
        ditta_v16 shift = ditta_load_some(bias, v * ditta_lanes, some, 0.0f, 0);
        for (size_t k = 0; k < columns; k++) sums[v][k] = shift;
    }
    for (size_t ky = top; ky < bottom; ky++) {
        for (size_t kx = left; kx < right; kx++) {
            const float *factors = weight + (ky * kernel + kx) * channels;
            const float *in = x + (((ptrdiff_t)ky - padding) * (ptrdiff_t)width + (ptrdiff_t)kx - padding) * stride;
            for (size_t v = 0; v < vectors; v++) {
                ditta_v16 factor = ditta_load_some(factors, v * ditta_lanes, some, 0.0f, 0);
                for (size_t k = 0; k < columns; k++) {
                    sums[v][k] += ditta_load_some(in, k * channels + v * ditta_lanes, some, 0.0f, 0) * factor;
                }
            }
        }
    }
    for (size_t v = 0; v < vectors; v++) {
        for (size_t k = 0; k < columns; k++) {
            ditta_store_some(out, k * channels + v * ditta_lanes, some, sums[v][k], 0);
        }
    }
}

// Some channels of a row: groups of columns, but one by one near the sides.
DITTA_INLINE void depthwise_row(float *out, const float *x, const float *weight, const float *bias, size_t width,
                                size_t channels, size_t vectors, size_t some, size_t kernel, size_t top,
                                size_t bottom) {
    size_t padding = kernel / 2;
    for (size_t column = 0; column < width;) {
        float *o = out + column * channels;
        const float *in = x + column * channels;
        if (column >= padding && column + group + padding <= width) {
            depthwise_columns(o, in, weight, bias, width, channels, vectors, some, kernel, top, bottom, 0, kernel,
                              group);
            column += group;
        } else {
            size_t left = column < padding ? padding - column : 0;
            size_t right = width + padding - column < kernel ? width + padding - column : kernel;
            depthwise_columns(o, in, weight, bias, width, channels, vectors, some, kernel, top, bottom, left, right,
                              1);
            column++;
        }
    }
}

DITTA_KERNEL void ditta_depthwise(float *out, const float *x, const float *weight, const float *bias, size_t kernel,
                                  size_t height, size_t width, size_t channels, size_t begin, size_t end) {
    size_t padding = kernel / 2;
    for (size_t y = begin; y < end; y++) {
        size_t top = y < padding ? padding - y : 0;
        size_t bottom = height + padding - y < kernel ? height + padding - y : kernel;
        float *o = out + (y - begin) * width * channels;
        const float *in = x + y * width * channels;
        for (size_t c = 0; c < channels;) {
            const float *w = weight + c, *b = bias + c;
            // The constants let the common cases be built without the last one.
            if (c + group * ditta_lanes <= channels) {
                depthwise_row(o + c, in + c, w, b, width, channels, group, ditta_lanes, kernel, top, bottom);
                c += group * ditta_lanes;
            } else if (c + ditta_lanes <= channels) {
                depthwise_row(o + c, in + c, w, b, width, channels, 1, ditta_lanes, kernel, top, bottom);
                c += ditta_lanes;
            } else {
                depthwise_row(o + c, in + c, w, b, width, channels, 1, channels - c, kernel, top, bottom);
                c = channels;
            }
        }
    }
}
