// What the memory matches cells by: features of two levels and colour, as 16-bit planes with a margin.
#include "matching.h"
#include "../shared/vector_math.h"

// Values are kept in steps of 2^-13 and up to ±2, so that sums over any 14 units of squares stay below 2^30.
static const float steps = 8192.0f, highest = 16384.0f;

DITTA_INLINE int16_t quantized(float value) {
    float scaled = value * steps;
    return (int16_t)__builtin_rintf(scaled < -highest ? -highest : (scaled > highest ? highest : scaled));
}

// x without its mean and of unit length; all zero if it is constant.
DITTA_INLINE void centered_unit(int16_t *out, const float *x, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f, squares = 0.0f;
    for (size_t c = 0; c < n; c++) sum += x[c];
    float mean = sum / (float)n;
    for (size_t c = 0; c < n; c++) squares += (x[c] - mean) * (x[c] - mean);
    float inverse = 1.0f / sqrtf(squares + 1e-12f * (float)n);
    for (size_t c = 0; c < n; c++) out[c] = quantized((x[c] - mean) * inverse);
}

// Half the mean of a cell's side × side pixels: colours weigh about as much as a level's features.
DITTA_INLINE void half_color(int16_t *out, const float *pixels, size_t width, size_t side) {
    float sum[3 * 32];
    for (size_t i = 0; i < 3 * side; i++) sum[i] = 0.0f;
    for (size_t row = 0; row < side; row++) {
        for (size_t i = 0; i < 3 * side; i++) sum[i] += pixels[row * width * 3 * side + i];
    }
    for (size_t c = 0; c < 3; c++) {
        float total = sum[c];
        for (size_t column = 1; column < side; column++) total += sum[3 * column + c];
        out[c] = quantized(total / (float)(2 * side * side));
    }
}

typedef int32_t quad __attribute__((vector_size(16), aligned(4)));

// Writes 16 cells of so many pairs, a multiple of four, into their planes: four by four.
DITTA_INLINE void transpose(int32_t *out, ditta_planes layout, const int32_t *cells, size_t pairs) {
    for (size_t p = 0; p < layout.pairs; p += 4) {
        for (size_t j = 0; j < 16; j += 4) {
            const int32_t *in = cells + j * pairs + p;
            quad a = *(const quad *)in, b = *(const quad *)(in + pairs);
            quad c = *(const quad *)(in + 2 * pairs), d = *(const quad *)(in + 3 * pairs);
            quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            quad ef = __builtin_shufflevector(a, b, 2, 6, 3, 7), gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            quad columns[4] = {
                __builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
                __builtin_shufflevector(ef, gh, 0, 1, 4, 5), __builtin_shufflevector(ef, gh, 2, 3, 6, 7)};
            for (size_t k = 0; k < 4 && p + k < layout.pairs; k++) {
                *(quad *)(out + (p + k) * layout.stride + j) = columns[k];
            }
        }
    }
}

DITTA_KERNEL void ditta_descriptor_rows(int32_t *planes, ditta_planes layout, ditta_levels levels, float *scratch,
                                        size_t begin, size_t end) {
    size_t width = layout.width, channels = levels.fineChannels + levels.coarseChannels + 3;
    size_t line = levels.coarseWidth * levels.coarseChannels, pairs = (layout.pairs + 3) / 4 * 4;
    float *coarse = scratch + line;
    int16_t *cells = (int16_t *)(coarse + levels.coarseChannels);
    for (size_t y = begin; y < end; y++) {
        for (size_t i = 0; i < line; i++) scratch[i] = 0.0f;
        for (size_t k = 0; k < levels.rows.taps; k++) {
            float weight = levels.rows.weight[k * levels.rows.length + y];
            const float *in = levels.coarse + (size_t)levels.rows.index[k * levels.rows.length + y] * line;
            for (size_t i = 0; i < line; i++) scratch[i] += weight * in[i];
        }
        int32_t *row = planes + y * (layout.pairs + 1) * layout.stride + layout.margin;
        int32_t *halves = row + layout.pairs * layout.stride;
        // A line of places at a time, so that they are written next to each other.
        for (size_t first = 0; first < width; first += 16) {
            size_t count = width - first < 16 ? width - first : 16;
            for (size_t j = 0; j < count; j++) {
                size_t x = first + j;
                int16_t *cell = cells + j * 2 * pairs;
                for (size_t c = 0; c < levels.coarseChannels; c++) coarse[c] = 0.0f;
                for (size_t k = 0; k < levels.columns.taps; k++) {
                    float weight = levels.columns.weight[k * width + x];
                    const float *in = scratch + (size_t)levels.columns.index[k * width + x] * levels.coarseChannels;
                    for (size_t c = 0; c < levels.coarseChannels; c++) coarse[c] += weight * in[c];
                }
                centered_unit(cell, levels.fine + (y * width + x) * levels.fineChannels, levels.fineChannels);
                centered_unit(cell + levels.fineChannels, coarse, levels.coarseChannels);
                // Constant for the usual stride, so that its loops are unrolled.
                if (levels.side == 4) {
                    half_color(cell + channels - 3, levels.pixels + (4 * y * width + x) * 12, width, 4);
                } else {
                    half_color(cell + channels - 3, levels.pixels + (levels.side * y * width + x) * 3 * levels.side,
                               width, levels.side);
                }
                for (size_t c = channels; c < 2 * pairs; c++) cell[c] = 0;
                int32_t square = 0;
                for (size_t c = 0; c < channels; c++) square += (int32_t)cell[c] * cell[c];
                halves[x] = -(square / 2);
            }
            for (size_t j = count; j < 16; j++) memset(cells + j * 2 * pairs, 0, pairs * 4);
            transpose(row + first, layout, (const int32_t *)cells, pairs);
        }
    }
}
