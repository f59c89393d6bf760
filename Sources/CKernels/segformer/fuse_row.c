// A row of the decode head's fused map, of the maps of all levels.
#include "segformer.h"
#include "../shared/vector.h"

DITTA_INLINE void fuse_row(void *out, const float *base, const float *const *lines, const ditta_axis *axes,
                           size_t levels, size_t width, size_t channels, int bf16) {
    DITTA_RELAXED
    enum { block = 64 };
    for (size_t x = 0; x < width; x++) {
        for (size_t c0 = 0; c0 < channels; c0 += block) {
            size_t n = channels - c0 < block ? channels - c0 : block;
            float sum[block];
            for (size_t c = 0; c < n; c++) sum[c] = base[x * channels + c0 + c];
            for (size_t level = 0; level < levels; level++) {
                ditta_axis axis = axes[level];
                for (size_t k = 0; k < axis.taps; k++) {
                    float weight = axis.weight[k * axis.length + x];
                    const float *in = lines[level] + (size_t)axis.index[k * axis.length + x] * channels + c0;
                    if (n == block) {
                        for (size_t c = 0; c < block; c++) sum[c] += weight * in[c];
                    } else {
                        for (size_t c = 0; c < n; c++) sum[c] += weight * in[c];
                    }
                }
            }
            for (size_t c = 0; c < n; c++) {
                ditta_store(out, x * channels + c0 + c, sum[c] > 0.0f ? sum[c] : 0.0f, bf16);
            }
        }
    }
}

DITTA_KERNEL void ditta_fuse_row(void *out, const float *base, const float *const *lines, const ditta_axis *axes,
                                 size_t levels, size_t width, size_t channels, int bf16) {
    DITTA_EITHER(bf16, fuse_row, out, base, lines, axes, levels, width, channels);
}
