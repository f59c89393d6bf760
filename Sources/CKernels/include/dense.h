// Kernels of Dense: what is made of logits and features at full resolution, a row at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tensor.h"

// entropy.c: full-resolution rows from logits [*, width, classes] at the network's resolution. `rows` and
// `columns` upsample them; a row's values live in `scratch`, 2 * width * classes + 2 * (classes + 1) * columns.length floats.
typedef struct {
    const float *logits;
    size_t width;
    size_t classes;
    ditta_axis rows;
    ditta_axis columns;
} ditta_logits;

// Row y of the probabilities' entropy.
void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y);

// dense_loss.c: losses at full resolution, with the logits' gradient; a row's values live in `scratch`,
// 3 * width * stride + 4 * stride floats, stride being the classes rounded up to whole sixteens.
// Row y of the softmax's entropy where the softmax is taken twice (the released code's reliability of features).
void ditta_double_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y);
// Adds row y's loss to *loss, and the gradient of the logits, multiplied by scale, to `gradient` [*, width, classes].
// Pixels whose target is 65535 have none. With `probabilities` the cross entropy takes the softmax's output for logits,
// as the released code does.
void ditta_cross_entropy_row(float *gradient, double *loss, ditta_logits logits, const uint16_t *targets, float scale,
                             int probabilities, float *scratch, size_t y);
// Adds row y's Σ u KL(softmax(source) || softmax(logits)) to *loss, its gradient to `gradient`, and Σ u to *total, where
// a pixel's weight u is the sum of the classes' weights, weighted by the source's probabilities.
void ditta_divergence_row(float *gradient, double *loss, double *total, ditta_logits logits, ditta_logits source,
                          const float *weights, float *scratch, size_t y);

// doubt.c
// Which pixels are in doubt: those whose reliability 1 - entropy / highest is below the threshold.
typedef struct {
    float highest;
    float threshold;
} ditta_doubt;
// Sets `cells` [*, width] to 1 for every cell that a doubtful pixel of row y takes from.
void ditta_doubtful_cells_row(uint8_t *cells, ditta_logits logits, const float *entropy, ditta_doubt doubt, size_t y);
// Row y of the entropy where the prediction of entropy `own` is in doubt, 0 elsewhere. This and ditta_blend_row take
// (1 + 2 * columns.taps) * columns.length floats more of `scratch`.
void ditta_doubtful_entropy_row(float *entropy, ditta_logits logits, const float *own, ditta_doubt doubt,
                                float *scratch, size_t y);
// Row y of the blend of two predictions: where the first is in doubt, the label is the argmax of both probabilities
// weighted by relative reliability; elsewhere it stays.
void ditta_blend_row(uint16_t *labels, ditta_logits first, const float *entropy1, ditta_doubt doubt,
                     ditta_logits second, const float *entropy2, float highest2, float *scratch, size_t y);

// labels.c
// The first of the highest logits of each cell.
void ditta_cell_labels(uint16_t *labels, const float *logits, size_t cells, size_t classes);
// Rows [begin, end) of the upsampled logits' labels, by the labels `cells` [*, width] of the logits themselves. `scratch`
// holds classes + width + columns.length floats. Weights must be positive, or 0 for taps that are none.
void ditta_label_rows(uint16_t *labels, const uint16_t *cells, ditta_logits logits, float *scratch, size_t begin,
                      size_t end);

// contrast.c: cosine similarity of upsampled unit features, by low-resolution products. Features [count, channels] are those
// of some cells of the map, `cell` [count] their numbers and `place` [height * width] the way back, -1 elsewhere. `gram`
// [4, count] holds each one's product with its right, lower and lower-right neighbour, and that of its right with its lower
// neighbour; 0 where there is none.
typedef struct {
    const float *gram;
    size_t count;
    const int32_t *cell;
    const int32_t *place;
    size_t height;
    size_t width;
    ditta_axis rows;
    ditta_axis columns;
} ditta_cells;
// Places [begin, end) of `gram`; that of `cells` is not read.
void ditta_gram(float *gram, const float *features, size_t channels, ditta_cells cells, size_t begin, size_t end);
// Places [begin, end): adds to dFeatures what gradients of the Gram terms give.
void ditta_gram_backward(float *dFeatures, const float *dGram, const float *features, size_t channels,
                         ditta_cells cells, size_t begin, size_t end);
// Row y: adds each pixel's weight over the norm of its upsampled feature to `weights` [objects, count] at its four cells,
// which are there wherever `object` is not 65535 (outside all masks).
void ditta_prototype_row(float *weights, ditta_cells cells, const uint16_t *object, const float *reliability, size_t y);
// Row y: cross entropy of similarity to the prototypes; adds the loss to *sum and gradients, times scale, to
// dSimilarity [count, objects] and dGram.
void ditta_contrast_row(float *dSimilarity, float *dGram, double *sum, const float *similarity, size_t objects,
                        ditta_cells cells, const uint16_t *object, float scale, size_t y);
