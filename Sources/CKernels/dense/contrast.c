// The contrastive loss at full resolution without full-resolution features: the product of an upsampled feature with a
// prototype is the upsampled product, and its norm comes from the products of neighbouring low-resolution cells.
#include "dense.h"
#include "../shared/vector_math.h"

DITTA_INLINE float dot(const float *a, const float *b, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

// The place of the neighbour of a cell, -1 where there is none.
DITTA_INLINE ptrdiff_t neighbour(ditta_cells cells, size_t cell, ptrdiff_t dy, ptrdiff_t dx) {
    size_t y = cell / cells.width + (size_t)dy, x = cell % cells.width + (size_t)dx;
    return y < cells.height && x < cells.width ? cells.place[y * cells.width + x] : -1;
}

DITTA_KERNEL void ditta_gram(float *gram, const float *features, size_t channels, ditta_cells cells, size_t begin,
                             size_t end) {
    for (size_t i = begin; i < end; i++) {
        size_t cell = (size_t)cells.cell[i];
        ptrdiff_t here = (ptrdiff_t)i, right = neighbour(cells, cell, 0, 1), below = neighbour(cells, cell, 1, 0),
                  across = neighbour(cells, cell, 1, 1);
        ptrdiff_t pairs[4][2] = {{here, right}, {here, below}, {here, across}, {right, below}};
        for (size_t kind = 0; kind < 4; kind++) {
            ptrdiff_t a = pairs[kind][0], b = pairs[kind][1];
            gram[kind * cells.count + i] =
                a < 0 || b < 0
                    ? 0.0f
                    : dot(features + (size_t)a * channels, features + (size_t)b * channels, channels);
        }
    }
}

DITTA_KERNEL void ditta_gram_backward(float *dFeatures, const float *dGram, const float *features, size_t channels,
                                      ditta_cells cells, size_t begin, size_t end) {
    // Each pair a cell is in: which product, the offset of the cell it is kept at, and the partner's.
    static const struct {
        size_t kind;
        ptrdiff_t baseY, baseX, partnerY, partnerX;
    } pairs[8] = {
        {0, 0, 0, 0, 1},  {0, 0, -1, 0, -1}, {1, 0, 0, 1, 0},  {1, -1, 0, -1, 0},
        {2, 0, 0, 1, 1},  {2, -1, -1, -1, -1}, {3, 0, -1, 1, -1}, {3, -1, 0, -1, 1},
    };
    for (size_t i = begin; i < end; i++) {
        size_t cell = (size_t)cells.cell[i];
        float *out = dFeatures + i * channels;
        for (size_t k = 0; k < 8; k++) {
            ptrdiff_t base = neighbour(cells, cell, pairs[k].baseY, pairs[k].baseX);
            ptrdiff_t partner = neighbour(cells, cell, pairs[k].partnerY, pairs[k].partnerX);
            if (base < 0 || partner < 0) continue;
            float g = dGram[pairs[k].kind * cells.count + (size_t)base];
            if (g == 0.0f) continue;
            const float *f = features + (size_t)partner * channels;
            for (size_t c = 0; c < channels; c++) out[c] += g * f[c];
        }
    }
}

// The places of the four cells a pixel's bilinear sample takes, upper left, upper right, lower left, lower right, their
// weights, and the squared norm of the sample.
typedef struct {
    size_t cell[4];
    float weight[4];
    float squares;
} sample;

DITTA_INLINE sample sample_at(ditta_cells cells, size_t y, size_t x) {
    size_t count = cells.count;
    size_t top = (size_t)cells.rows.index[y], left = (size_t)cells.columns.index[x];
    float above = cells.rows.weight[y], before = cells.columns.weight[x];
    float below = cells.rows.taps > 1 ? cells.rows.weight[cells.rows.length + y] : 0.0f;
    float after = cells.columns.taps > 1 ? cells.columns.weight[cells.columns.length + x] : 0.0f;
    // A second tap of weight 0 lies nowhere; the cell itself stands in, so that nothing outside is read.
    size_t bottom = below != 0.0f ? top + 1 : top, right = after != 0.0f ? left + 1 : left;
    sample s = {
        {(size_t)cells.place[top * cells.width + left], (size_t)cells.place[top * cells.width + right],
         (size_t)cells.place[bottom * cells.width + left], (size_t)cells.place[bottom * cells.width + right]},
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
        float *out = weights + (size_t)object[x] * cells.count;
        float scale = reliability[x] / sqrtf(s.squares);
        for (size_t k = 0; k < 4; k++) out[s.cell[k]] += scale * s.weight[k];
    }
}

DITTA_KERNEL void ditta_contrast_row(float *dSimilarity, float *dGram, double *sum, const float *similarity,
                                     size_t objects, ditta_cells cells, const uint16_t *object, float scale,
                                     size_t y) {
    size_t count = cells.count;
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
