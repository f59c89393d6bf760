// The contrastive loss at full resolution without full-resolution features: the product of an upsampled feature with a
// prototype is the upsampled product, and its norm comes from the products of neighbouring low-resolution cells.
#include "kernels.h"
#include "vector_math.h"

DITTA_INLINE float dot(const float *a, const float *b, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

DITTA_KERNEL void ditta_gram(float *gram, const float *features, size_t height, size_t width, size_t channels,
                             size_t begin, size_t end) {
    size_t cells = height * width;
    for (size_t y = begin; y < end; y++) {
        for (size_t x = 0; x < width; x++) {
            size_t cell = y * width + x;
            const float *f = features + cell * channels;
            int right = x + 1 < width, below = y + 1 < height;
            gram[cell] = right ? dot(f, f + channels, channels) : 0.0f;
            gram[cells + cell] = below ? dot(f, f + width * channels, channels) : 0.0f;
            gram[2 * cells + cell] = right && below ? dot(f, f + (width + 1) * channels, channels) : 0.0f;
            gram[3 * cells + cell] =
                right && below ? dot(f + channels, f + width * channels, channels) : 0.0f;
        }
    }
}

DITTA_KERNEL void ditta_gram_backward(float *dFeatures, const float *dGram, const float *features, size_t height,
                                      size_t width, size_t channels, size_t begin, size_t end) {
    size_t cells = height * width;
    for (size_t y = begin; y < end; y++) {
        for (size_t x = 0; x < width; x++) {
            ptrdiff_t cell = (ptrdiff_t)(y * width + x), below = (ptrdiff_t)width;
            int left = x > 0, right = x + 1 < width, up = y > 0, down = y + 1 < height;
            // Each pair this cell is in: whether it exists, the partner's offset, and where its gradient lies.
            struct {
                int exists;
                ptrdiff_t partner;
                size_t kind;
                ptrdiff_t base;
            } pairs[8] = {
                {right, 1, 0, 0},
                {left, -1, 0, -1},
                {down, below, 1, 0},
                {up, -below, 1, -below},
                {right && down, below + 1, 2, 0},
                {left && up, -below - 1, 2, -below - 1},
                {left && down, below - 1, 3, -1},
                {right && up, 1 - below, 3, -below},
            };
            float *out = dFeatures + (size_t)cell * channels;
            for (size_t i = 0; i < 8; i++) {
                if (!pairs[i].exists) continue;
                float g = dGram[pairs[i].kind * cells + (size_t)(cell + pairs[i].base)];
                if (g == 0.0f) continue;
                const float *f = features + (size_t)(cell + pairs[i].partner) * channels;
                for (size_t c = 0; c < channels; c++) out[c] += g * f[c];
            }
        }
    }
}

// The four cells a pixel's bilinear sample takes, upper left, upper right, lower left, lower right, their weights, and
// the squared norm of the sample.
typedef struct {
    size_t cell[4];
    float weight[4];
    float squares;
} sample;

DITTA_INLINE sample sample_at(ditta_cells cells, size_t y, size_t x) {
    size_t count = cells.height * cells.width;
    size_t top = (size_t)cells.rows.index[y], left = (size_t)cells.columns.index[x];
    float above = cells.rows.weight[y], before = cells.columns.weight[x];
    float below = cells.rows.taps > 1 ? cells.rows.weight[cells.rows.length + y] : 0.0f;
    float after = cells.columns.taps > 1 ? cells.columns.weight[cells.columns.length + x] : 0.0f;
    // A second tap of weight 0 lies nowhere; the cell itself stands in, so that nothing outside is read.
    size_t bottom = below != 0.0f ? top + 1 : top, right = after != 0.0f ? left + 1 : left;
    sample s = {
        {top * cells.width + left, top * cells.width + right, bottom * cells.width + left,
         bottom * cells.width + right},
        {above * before, above * after, below * before, below * after},
        0.0f,
    };
    size_t base = s.cell[0];
    const float *w = s.weight;
    // Unit features: each cell's product with itself is 1.
    s.squares = w[0] * w[0] + w[1] * w[1] + w[2] * w[2] + w[3] * w[3] +
                2.0f * (w[0] * w[1] * cells.gram[base] + w[0] * w[2] * cells.gram[count + base] +
                        w[0] * w[3] * cells.gram[2 * count + base] + w[1] * w[2] * cells.gram[3 * count + base] +
                        w[1] * w[3] * cells.gram[count + s.cell[1]] + w[2] * w[3] * cells.gram[s.cell[2]]);
    s.squares = s.squares > 1e-12f ? s.squares : 1e-12f;
    return s;
}

DITTA_KERNEL void ditta_prototype_row(float *weights, ditta_cells cells, const uint16_t *object,
                                      const float *reliability, size_t y) {
    for (size_t x = 0; x < cells.columns.length; x++) {
        if (object[x] == UINT16_MAX) continue;
        sample s = sample_at(cells, y, x);
        float *out = weights + (size_t)object[x] * cells.height * cells.width;
        float scale = reliability[x] / sqrtf(s.squares);
        for (size_t k = 0; k < 4; k++) out[s.cell[k]] += scale * s.weight[k];
    }
}

DITTA_KERNEL void ditta_contrast_row(float *dSimilarity, float *dGram, double *sum, const float *similarity,
                                     size_t objects, ditta_cells cells, const uint16_t *object, float scale,
                                     size_t y) {
    size_t count = cells.height * cells.width;
    float cosine[objects];
    for (size_t x = 0; x < cells.columns.length; x++) {
        uint16_t target = object[x];
        if (target >= objects) continue;
        sample s = sample_at(cells, y, x);
        float inverse = 1.0f / sqrtf(s.squares);
        float highest = -INFINITY, total = 0.0f;
        for (size_t i = 0; i < objects; i++) {
            float value = 0.0f;
            for (size_t k = 0; k < 4; k++) value += s.weight[k] * similarity[s.cell[k] * objects + i];
            cosine[i] = value * inverse;
            highest = cosine[i] > highest ? cosine[i] : highest;
        }
        for (size_t i = 0; i < objects; i++) total += ditta_expf(cosine[i] - highest);
        *sum += (double)(logf(total) + highest - cosine[target]);
        float radial = 0.0f;
        for (size_t i = 0; i < objects; i++) {
            float g = (ditta_expf(cosine[i] - highest) / total - (i == target)) * scale;
            radial += g * cosine[i];
            for (size_t k = 0; k < 4; k++) dSimilarity[s.cell[k] * objects + i] += g * inverse * s.weight[k];
        }
        // cosine = value / sqrt(squares): the norm's share, as a gradient of each product of two cells.
        float g = -radial / s.squares;
        const float *w = s.weight;
        size_t base = s.cell[0];
        dGram[base] += g * w[0] * w[1];
        dGram[count + base] += g * w[0] * w[2];
        dGram[2 * count + base] += g * w[0] * w[3];
        dGram[3 * count + base] += g * w[1] * w[2];
        dGram[count + s.cell[1]] += g * w[1] * w[3];
        dGram[s.cell[2]] += g * w[2] * w[3];
    }
}
