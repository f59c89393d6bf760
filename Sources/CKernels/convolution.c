// Convolution as patches times weights, and the depthwise one of the Mix-FFN.
#include <string.h>

#include "kernels.h"
#include "vector_math.h"

DITTA_KERNEL void ditta_unfold(float *out, const float *x, size_t height, size_t width, size_t channels,
                               size_t kernel, size_t stride, size_t padding, size_t outWidth, size_t begin,
                               size_t end) {
    for (size_t oy = begin; oy < end; oy++) {
        for (size_t ox = 0; ox < outWidth; ox++) {
            for (size_t ky = 0; ky < kernel; ky++) {
                ptrdiff_t y = (ptrdiff_t)(oy * stride + ky) - (ptrdiff_t)padding;
                for (size_t kx = 0; kx < kernel; kx++) {
                    ptrdiff_t column = (ptrdiff_t)(ox * stride + kx) - (ptrdiff_t)padding;
                    if (y < 0 || y >= (ptrdiff_t)height || column < 0 || column >= (ptrdiff_t)width) {
                        for (size_t c = 0; c < channels; c++) out[c] = 0.0f;
                    } else {
                        const float *in = x + ((size_t)y * width + (size_t)column) * channels;
                        for (size_t c = 0; c < channels; c++) out[c] = in[c];
                    }
                    out += channels;
                }
            }
        }
    }
}

DITTA_KERNEL void ditta_depthwise_gelu(float *out, const float *x, const float *weight, const float *bias,
                                       size_t height, size_t width, size_t channels, size_t begin, size_t end) {
    DITTA_RELAXED
    // Blocks of channels keep the sums in registers over the nine taps.
    enum { block = 32 };
    for (size_t y = begin; y < end; y++) {
        for (size_t column = 0; column < width; column++) {
            float *o = out + (y * width + column) * channels;
            for (size_t c0 = 0; c0 < channels; c0 += block) {
                size_t n = channels - c0 < block ? channels - c0 : block;
                float sum[block];
                for (size_t c = 0; c < n; c++) sum[c] = bias[c0 + c];
                for (size_t ky = 0; ky < 3; ky++) {
                    if (y + ky < 1 || y + ky > height) continue;
                    for (size_t kx = 0; kx < 3; kx++) {
                        if (column + kx < 1 || column + kx > width) continue;
                        const float *in = x + ((y + ky - 1) * width + (column + kx - 1)) * channels + c0;
                        const float *w = weight + (ky * 3 + kx) * channels + c0;
                        if (n == block) {
                            for (size_t c = 0; c < block; c++) sum[c] += in[c] * w[c];
                        } else {
                            for (size_t c = 0; c < n; c++) sum[c] += in[c] * w[c];
                        }
                    }
                }
                for (size_t c = 0; c < n; c++) o[c0 + c] = ditta_geluf(sum[c]);
            }
        }
    }
}
