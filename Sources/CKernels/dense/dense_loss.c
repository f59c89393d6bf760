// Losses at full resolution a row at a time, with the gradient of the logits: upsample, softmax, loss, and back, a pixel's
// classes in registers or close by. No array of height × width × classes is ever made.
#include <math.h>

#include "dense.h"
#include "../shared/vector.h"

// Below any softmax that matters; keeps the logarithms finite.
static const float tiny = 1e-30f;

// What a line is filled up with to whole vectors: no softmax sees it.
static const float nowhere = -1e30f;

DITTA_INLINE size_t padded(size_t classes) { return (classes + ditta_lanes - 1) / ditta_lanes * ditta_lanes; }

// Sets line [width, padded(classes)] to row y of the logits upsampled vertically.
DITTA_INLINE void load_line(float *line, ditta_logits source, size_t y) {
    size_t classes = source.classes, stride = padded(classes);
    for (size_t x = 0; x < source.width; x++) {
        float *cell = line + x * stride;
        for (size_t c = 0; c < classes; c++) cell[c] = 0.0f;
        for (size_t c = classes; c < stride; c++) cell[c] = nowhere;
    }
    for (size_t k = 0; k < source.rows.taps; k++) {
        float weight = source.rows.weight[k * source.rows.length + y];
        if (weight == 0.0f) continue;
        const float *in = source.logits + (size_t)source.rows.index[k * source.rows.length + y] * source.width * classes;
        for (size_t x = 0; x < source.width; x++) {
            for (size_t c = 0; c < classes; c++) line[x * stride + c] += weight * in[x * classes + c];
        }
    }
}

// The adjoint of load_line: adds a line's gradient to that of the logits.
DITTA_INLINE void add_line(float *gradient, const float *line, ditta_logits source, size_t y) {
    size_t classes = source.classes, stride = padded(classes);
    for (size_t k = 0; k < source.rows.taps; k++) {
        float weight = source.rows.weight[k * source.rows.length + y];
        if (weight == 0.0f) continue;
        float *out = gradient + (size_t)source.rows.index[k * source.rows.length + y] * source.width * classes;
        for (size_t x = 0; x < source.width; x++) {
            for (size_t c = 0; c < classes; c++) out[x * classes + c] += weight * line[x * stride + c];
        }
    }
}

// Sets z [stride] to pixel x of a line upsampled horizontally; gives the highest.
DITTA_INLINE float load_pixel(float *z, const float *line, ditta_axis columns, size_t stride, size_t x) {
    DITTA_CONTRACT
    ditta_v16 highest = ditta_splat(nowhere);
    for (size_t c = 0; c < stride; c += ditta_lanes) {
        ditta_v16 value = ditta_splat(0.0f);
        for (size_t k = 0; k < columns.taps; k++) {
            float weight = columns.weight[k * columns.length + x];
            value += weight * ditta_load16(line, (size_t)columns.index[k * columns.length + x] * stride + c, 0);
        }
        ditta_store16(z, c, value, 0);
        highest = ditta_max16(highest, value);
    }
    return ditta_highest16(highest);
}

// The adjoint of load_pixel: adds a pixel's gradient to the line's.
DITTA_INLINE void add_pixel(float *line, const float *g, ditta_axis columns, size_t stride, size_t x) {
    DITTA_CONTRACT
    for (size_t k = 0; k < columns.taps; k++) {
        float weight = columns.weight[k * columns.length + x];
        if (weight == 0.0f) continue;
        float *cell = line + (size_t)columns.index[k * columns.length + x] * stride;
        for (size_t c = 0; c < stride; c += ditta_lanes) {
            ditta_store16(cell, c, ditta_load16(cell, c, 0) + weight * ditta_load16(g, c, 0), 0);
        }
    }
}

// Sets p to the softmax of z, whose highest is given; gives ln Σ e^(z - highest).
DITTA_INLINE float softmax_pixel(float *p, const float *z, float highest, size_t stride) {
    DITTA_CONTRACT
    ditta_v16 sums = ditta_splat(0.0f);
    for (size_t c = 0; c < stride; c += ditta_lanes) {
        ditta_v16 e = ditta_exp16(ditta_load16(z, c, 0) - highest);
        ditta_store16(p, c, e, 0);
        sums += e;
    }
    float sum = ditta_sum16(sums), inverse = 1.0f / sum;
    for (size_t c = 0; c < stride; c += ditta_lanes) ditta_store16(p, c, ditta_load16(p, c, 0) * inverse, 0);
    return logf(sum);
}

// e^(x - 1/2) for 0 <= x <= 1, relative error below 2e-7: Taylor's polynomial needs no range reduction there.
DITTA_INLINE ditta_v16 exp_of_probability(ditta_v16 x) {
    DITTA_CONTRACT
    ditta_v16 t = x - 0.5f;
    ditta_v16 p = t * (1.0f / 5040) + 1.0f / 720;
    p = p * t + 1.0f / 120;
    p = p * t + 1.0f / 24;
    p = p * t + 1.0f / 6;
    p = p * t + 0.5f;
    p = p * t + 1.0f;
    return p * t + 1.0f;
}

// 1 for the classes of a line's last vector, 0 for what fills it up.
DITTA_INLINE void mark_classes(float *mark, size_t classes, size_t stride) {
    for (size_t c = 0; c < ditta_lanes; c++) mark[c] = stride - ditta_lanes + c < classes ? 1.0f : 0.0f;
}

// Sets q to the softmax of p, which are probabilities; gives ln Σ e^p. `mark` is the last vector's.
DITTA_INLINE float softmax_again(float *q, const float *p, const float *mark, size_t stride) {
    ditta_v16 sums = ditta_splat(0.0f);
    for (size_t c = 0; c < stride; c += ditta_lanes) {
        ditta_v16 e = exp_of_probability(ditta_load16(p, c, 0));
        if (c + ditta_lanes == stride) e *= ditta_load16(mark, 0, 0);
        ditta_store16(q, c, e, 0);
        sums += e;
    }
    float sum = ditta_sum16(sums), inverse = 1.0f / sum;
    for (size_t c = 0; c < stride; c += ditta_lanes) ditta_store16(q, c, ditta_load16(q, c, 0) * inverse, 0);
    return logf(sum) + 0.5f;
}

DITTA_INLINE float dot_pixel(const float *a, const float *b, size_t stride) {
    DITTA_CONTRACT
    ditta_v16 sums = ditta_splat(0.0f);
    for (size_t c = 0; c < stride; c += ditta_lanes) sums += ditta_load16(a, c, 0) * ditta_load16(b, c, 0);
    return ditta_sum16(sums);
}

// p = p (q - shift) scale
DITTA_INLINE void weigh_pixel(float *p, const float *q, float shift, float scale, size_t stride) {
    for (size_t c = 0; c < stride; c += ditta_lanes) {
        ditta_store16(p, c, ditta_load16(p, c, 0) * (ditta_load16(q, c, 0) - shift) * scale, 0);
    }
}

DITTA_INLINE void scale_pixel(float *p, float scale, size_t stride) {
    for (size_t c = 0; c < stride; c += ditta_lanes) ditta_store16(p, c, ditta_load16(p, c, 0) * scale, 0);
}

// out = (a - b) scale + shift
DITTA_INLINE void subtract_pixel(float *out, const float *a, const float *b, float scale, float shift, size_t stride) {
    for (size_t c = 0; c < stride; c += ditta_lanes) {
        ditta_store16(out, c, (ditta_load16(a, c, 0) - ditta_load16(b, c, 0)) * scale + shift, 0);
    }
}

DITTA_KERNEL void ditta_double_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    size_t stride = padded(logits.classes);
    float *line = scratch, *p = line + logits.width * stride, *q = p + stride, mark[ditta_lanes];
    load_line(line, logits, y);
    mark_classes(mark, logits.classes, stride);
    for (size_t x = 0; x < logits.columns.length; x++) {
        softmax_pixel(p, p, load_pixel(p, line, logits.columns, stride, x), stride);
        // -Σ q ln q with ln q = p - ln Σ e^p.
        float logarithm = softmax_again(q, p, mark, stride);
        entropy[x] = logarithm - dot_pixel(q, p, stride);
    }
}

DITTA_KERNEL void ditta_cross_entropy_row(float *gradient, double *loss, ditta_logits logits, const uint16_t *targets,
                                          float scale, int probabilities, float *scratch, size_t y) {
    size_t classes = logits.classes, stride = padded(classes);
    float *line = scratch, *back = line + logits.width * stride, *p = back + logits.width * stride, *q = p + stride;
    float mark[ditta_lanes];
    load_line(line, logits, y);
    mark_classes(mark, classes, stride);
    for (size_t i = 0; i < logits.width * stride; i++) back[i] = 0.0f;
    for (size_t x = 0; x < logits.columns.length; x++) {
        size_t target = targets[x];
        if (target >= classes) continue;
        float highest = load_pixel(p, line, logits.columns, stride, x), own = p[target];
        float logarithm = softmax_pixel(p, p, highest, stride);
        if (probabilities) {
            // Through the outer softmax first, then through p's own.
            *loss += (double)(softmax_again(q, p, mark, stride) - p[target]);
            q[target] -= 1.0f;
            float radial = dot_pixel(q, p, stride);
            weigh_pixel(p, q, radial, scale, stride);
        } else {
            float value = logarithm + highest - own;
            *loss += (double)(value < -logf(tiny) ? value : -logf(tiny));
            p[target] -= 1.0f;
            scale_pixel(p, scale, stride);
        }
        add_pixel(back, p, logits.columns, stride, x);
    }
    add_line(gradient, back, logits, y);
}

DITTA_KERNEL void ditta_divergence_row(float *gradient, double *loss, double *total, ditta_logits logits,
                                       ditta_logits source, const float *weights, float *scratch, size_t y) {
    size_t classes = logits.classes, stride = padded(classes), size = logits.width * stride;
    float *line = scratch, *kept = line + size, *back = kept + size;
    float *p = back + size, *q = p + stride, *difference = q + stride, *weight = difference + stride;
    load_line(line, logits, y);
    load_line(kept, source, y);
    for (size_t i = 0; i < size; i++) back[i] = 0.0f;
    for (size_t c = 0; c < stride; c++) weight[c] = c < classes ? weights[c] : 0.0f;
    for (size_t x = 0; x < logits.columns.length; x++) {
        float highestP = load_pixel(p, line, logits.columns, stride, x);
        float highestQ = load_pixel(q, kept, source.columns, stride, x);
        // ln q - ln p up to the logarithms of the sums. What fills up a line is the same in both.
        subtract_pixel(difference, q, p, 1.0f, highestP - highestQ, stride);
        float lnP = softmax_pixel(p, p, highestP, stride), lnQ = softmax_pixel(q, q, highestQ, stride);
        float u = dot_pixel(q, weight, stride);
        *loss += (double)((dot_pixel(q, difference, stride) + lnP - lnQ) * u);
        *total += (double)u;
        subtract_pixel(p, p, q, u, 0.0f, stride);
        add_pixel(back, p, logits.columns, stride, x);
    }
    add_line(gradient, back, logits, y);
}
