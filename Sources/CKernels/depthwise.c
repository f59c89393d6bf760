// Depthwise convolutions of any odd kernel, of stride 1 and with zero padding.
#include "kernels.h"
#include "vector.h"

// Sixteen channels (or `some` of them, the last) of so many neighbouring columns of a row, a constant: they share each tap's
// weights, and wait for none of the others' sums. Taps [top, bottom) x [left, right) lie within the picture.
DITTA_INLINE void depthwise_columns(float *out, const float *x, const float *weight, const float *bias, size_t width,
                                    size_t channels, size_t some, size_t kernel, ptrdiff_t top, ptrdiff_t bottom,
                                    ptrdiff_t left, ptrdiff_t right, size_t columns) {
    DITTA_CONTRACT
    enum { most = 8 };
    ptrdiff_t padding = (ptrdiff_t)kernel / 2, stride = (ptrdiff_t)channels;
    ditta_v16 sums[most], shift = ditta_load_some(bias, 0, some, 0.0f, 0);
    for (size_t k = 0; k < columns; k++) sums[k] = shift;
    for (ptrdiff_t ky = top; ky < bottom; ky++) {
        for (ptrdiff_t kx = left; kx < right; kx++) {
            ditta_v16 factor = ditta_load_some(weight + (ky * (ptrdiff_t)kernel + kx) * stride, 0, some, 0.0f, 0);
            const float *in = x + ((ky - padding) * (ptrdiff_t)width + kx - padding) * stride;
            for (size_t k = 0; k < columns; k++) {
                sums[k] += ditta_load_some(in + (ptrdiff_t)k * stride, 0, some, 0.0f, 0) * factor;
            }
        }
    }
    for (size_t k = 0; k < columns; k++) ditta_store_some(out, k * channels, some, sums[k], 0);
}

// Sixteen channels of a row: groups of eight columns, but one by one near the sides.
DITTA_INLINE void depthwise_row(float *out, const float *x, const float *weight, const float *bias, size_t width,
                                size_t channels, size_t some, size_t kernel, ptrdiff_t top, ptrdiff_t bottom) {
    size_t padding = kernel / 2;
    for (size_t column = 0; column < width;) {
        float *o = out + column * channels;
        const float *in = x + column * channels;
        if (column >= padding && column + 8 + padding <= width) {
            depthwise_columns(o, in, weight, bias, width, channels, some, kernel, top, bottom, 0, (ptrdiff_t)kernel, 8);
            column += 8;
        } else {
            size_t left = column < padding ? padding - column : 0;
            size_t right = width + padding - column < kernel ? width + padding - column : kernel;
            depthwise_columns(o, in, weight, bias, width, channels, some, kernel, top, bottom, (ptrdiff_t)left,
                              (ptrdiff_t)right, 1);
            column++;
        }
    }
}

DITTA_KERNEL void ditta_depthwise(float *out, const float *x, const float *weight, const float *bias, size_t kernel,
                                  size_t height, size_t width, size_t channels, size_t begin, size_t end) {
    size_t padding = kernel / 2;
    for (size_t y = begin; y < end; y++) {
        ptrdiff_t top = y < padding ? (ptrdiff_t)(padding - y) : 0;
        ptrdiff_t bottom = (ptrdiff_t)(height + padding - y < kernel ? height + padding - y : kernel);
        for (size_t c = 0; c < channels; c += ditta_lanes) {
            size_t some = channels - c < ditta_lanes ? channels - c : ditta_lanes;
            float *o = out + (y - begin) * width * channels + c;
            const float *in = x + y * width * channels + c;
            // The constant lets the common case be built without the other.
            if (some == ditta_lanes) {
                depthwise_row(o, in, weight + c, bias + c, width, channels, ditta_lanes, kernel, top, bottom);
            } else {
                depthwise_row(o, in, weight + c, bias + c, width, channels, some, kernel, top, bottom);
            }
        }
    }
}
