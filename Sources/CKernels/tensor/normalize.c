// Statistics along rows (softmax, unit length) and along columns (batch norm).
#include "tensor.h"
#include "../shared/vector_math.h"

DITTA_KERNEL void ditta_column_moments(double *sum, double *squares, const float *x, const float *center,
                                       size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        for (size_t c = 0; c < columns; c++) {
            double d = (double)row[c] - (double)center[c];
            sum[c] += row[c];
            squares[c] += d * d;
        }
    }
}

DITTA_KERNEL void ditta_affine_columns(float *out, const float *x, const float *scale, const float *shift,
                                       float floor, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *in = x + r * columns;
        float *o = out + r * columns;
        for (size_t c = 0; c < columns; c++) {
            float value = in[c] * scale[c] + shift[c];
            o[c] = value < floor ? floor : value;
        }
    }
}

DITTA_KERNEL void ditta_column_dot(double *sum, double *dot, const float *g, const float *x, size_t rows,
                                   size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *a = g + r * columns;
        const float *b = x + r * columns;
        for (size_t c = 0; c < columns; c++) {
            sum[c] += a[c];
            dot[c] += (double)a[c] * (double)b[c];
        }
    }
}

DITTA_KERNEL void ditta_affine2_columns(float *g, const float *x, const float *a, const float *b, const float *c,
                                        size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        float *out = g + r * columns;
        const float *in = x + r * columns;
        for (size_t i = 0; i < columns; i++) out[i] = a[i] * out[i] + b[i] * in[i] + c[i];
    }
}

DITTA_KERNEL void ditta_softmax_rows(float *x, float scale, size_t rows, size_t columns) {
    DITTA_RELAXED
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * columns;
        float highest = row[0];
        for (size_t c = 1; c < columns; c++) highest = row[c] > highest ? row[c] : highest;
        float sum = 0.0f;
        for (size_t c = 0; c < columns; c++) {
            row[c] = ditta_expf((row[c] - highest) * scale);
            sum += row[c];
        }
        float inverse = 1.0f / sum;
        for (size_t c = 0; c < columns; c++) row[c] *= inverse;
    }
}

DITTA_KERNEL void ditta_unit_rows(float *out, float *norms, const float *x, size_t rows, size_t columns) {
    DITTA_RELAXED
    for (size_t r = 0; r < rows; r++) {
        const float *in = x + r * columns;
        float *o = out + r * columns;
        float squares = 0.0f;
        for (size_t c = 0; c < columns; c++) squares += in[c] * in[c];
        float norm = sqrtf(squares);
        norm = norm > 1e-12f ? norm : 1e-12f;
        norms[r] = norm;
        for (size_t c = 0; c < columns; c++) o[c] = in[c] / norm;
    }
}

DITTA_KERNEL void ditta_unit_rows_backward(float *g, const float *y, const float *norms, size_t rows,
                                           size_t columns) {
    DITTA_RELAXED
    for (size_t r = 0; r < rows; r++) {
        float *out = g + r * columns;
        const float *in = y + r * columns;
        float dot = 0.0f;
        for (size_t c = 0; c < columns; c++) dot += out[c] * in[c];
        float inverse = 1.0f / norms[r];
        for (size_t c = 0; c < columns; c++) out[c] = (out[c] - in[c] * dot) * inverse;
    }
}
