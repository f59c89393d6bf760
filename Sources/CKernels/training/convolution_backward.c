// Adjoints of unfolding and of depthwise convolutions.
#include "training.h"
#include <string.h>

#include "../shared/dispatch.h"

DITTA_KERNEL void ditta_fold(float *x, const float *patches, size_t height, size_t width, size_t cell, size_t kernel,
                             size_t stride, size_t padding, size_t outHeight, size_t outWidth, size_t begin,
                             size_t end, int adding) {
    (void)height;
    for (size_t y = begin; y < end; y++) {
        float *row = x + y * width * cell;
        if (!adding) memset(row, 0, width * cell * sizeof(float));
        // Row y is tap ky of output row oy where oy * stride + ky = y + padding.
        for (size_t ky = 0; ky < kernel && ky <= y + padding; ky++) {
            size_t oy = (y + padding - ky) / stride;
            if ((y + padding - ky) % stride != 0 || oy >= outHeight) continue;
            for (size_t ox = 0; ox < outWidth; ox++) {
                const float *patch = patches + ((oy * outWidth + ox) * kernel + ky) * kernel * cell;
                ptrdiff_t first = (ptrdiff_t)(ox * stride) - (ptrdiff_t)padding;
                ptrdiff_t left = first < 0 ? -first : 0;
                ptrdiff_t right = (ptrdiff_t)width - first < (ptrdiff_t)kernel ? (ptrdiff_t)width - first
                                                                              : (ptrdiff_t)kernel;
                if (left >= right) continue;
                float *to = row + (size_t)(first + left) * cell;
                const float *from = patch + (size_t)left * cell;
                size_t count = (size_t)(right - left) * cell;
                for (size_t i = 0; i < count; i++) to[i] += from[i];
            }
        }
    }
}

DITTA_KERNEL void ditta_depthwise_weight_backward(double *dWeight, double *dBias, const float *g, const float *x,
                                                  size_t kernel, size_t height, size_t width, size_t channels,
                                                  size_t begin, size_t end) {
    DITTA_RELAXED
    enum { block = 64 };
    size_t padding = kernel / 2;
    for (size_t y = begin; y < end; y++) {
        const float *gradient = g + y * width * channels;
        for (size_t c0 = 0; c0 < channels; c0 += block) {
            size_t n = channels - c0 < block ? channels - c0 : block;
            float sum[block];
            memset(sum, 0, sizeof sum);
            for (size_t column = 0; column < width; column++) {
                for (size_t c = 0; c < n; c++) sum[c] += gradient[column * channels + c0 + c];
            }
            for (size_t c = 0; c < n; c++) dBias[c0 + c] += sum[c];
            for (size_t ky = 0; ky < kernel; ky++) {
                if (y + ky < padding || y + ky - padding >= height) continue;
                const float *row = x + (y + ky - padding) * width * channels;
                for (size_t kx = 0; kx < kernel; kx++) {
                    size_t left = kx < padding ? padding - kx : 0;
                    size_t right = kx > padding ? width - (kx - padding < width ? kx - padding : width) : width;
                    memset(sum, 0, sizeof sum);
                    for (size_t column = left; column < right; column++) {
                        const float *a = gradient + column * channels + c0;
                        const float *b = row + (column + kx - padding) * channels + c0;
                        // The constant lets the common case stay in registers.
                        if (n == block) {
                            for (size_t c = 0; c < block; c++) sum[c] += a[c] * b[c];
                        } else {
                            for (size_t c = 0; c < n; c++) sum[c] += a[c] * b[c];
                        }
                    }
                    double *total = dWeight + (ky * kernel + kx) * channels + c0;
                    for (size_t c = 0; c < n; c++) total[c] += sum[c];
                }
            }
        }
    }
}
