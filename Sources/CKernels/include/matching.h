// Kernels of Dense/Matching: cells of a frame found again in another.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tensor.h"

// descriptors.c: 16-bit planes [height, pairs + 1, stride] of cells: each place holds a pair of channels in steps of 2^-13,
// and the last plane -½|cell|² in steps of 2^-26. A row's cells begin `margin` places into a plane.
typedef struct {
    size_t height;
    size_t width;
    size_t pairs;
    size_t margin;
    size_t stride;
} ditta_planes;
// What descriptors are made of: `fine` [height, width, fineChannels], `coarse` [*, coarseWidth, coarseChannels] with its way
// to that size, and `pixels` [side · height, side · width, 3], side being at most 32.
typedef struct {
    const float *fine;
    size_t fineChannels;
    const float *coarse;
    size_t coarseWidth;
    size_t coarseChannels;
    ditta_axis rows;
    ditta_axis columns;
    const float *pixels;
    size_t side;
} ditta_levels;
// Rows [begin, end): both levels' channels without their mean and of unit length, then half the mean colour. `scratch` holds
// (coarseWidth + 1) * coarseChannels + 16 * (pairs + 3) floats.
void ditta_descriptor_rows(int32_t *planes, ditta_planes layout, ditta_levels levels, float *scratch, size_t begin,
                           size_t end);

// matched_memory.c: values [height, width, stride] are the C class probabilities of a cell, the frames' worth of evidence behind
// them, and zeros up to a multiple of 16; radius + 16 cells before and after them can be read.
typedef struct {
    size_t classes;
    size_t stride;
    size_t radius;
    float sharpness;
    float doubt;
    float tolerance;
    float frames;
} ditta_memory;
// Rows [begin, end) of the new values, and of their logarithms [height, width, classes], from this frame's logits and, unless
// null, the values of the one before: each cell finds itself there within the window by ½|q - k|² of the descriptors.
// `begin` is even, the radius at most 15. `scratch` holds 3 * (2 radius + 2) * (2 radius + 11) * 16 + 4 * stride floats.
void ditta_remember(float *values, float *logarithms, const float *logits, const int32_t *queries, const int32_t *keys,
                    const float *past, ditta_planes layout, ditta_memory memory, float *scratch, size_t begin,
                    size_t end);

// match.c: cells of unit-free descriptors [height, width, channels], matched by similarity -½|a - b|² - penalty · |o|²,
// o being the offset from the window's centre. `centers` [height * width, 2] moves each query's window by (dy, dx).
typedef struct {
    size_t height;
    size_t width;
    size_t channels;
    size_t radius;
    float penalty;
    const int32_t *centers;
} ditta_search;
// Rows [begin, end) of queries: merges the best `count` cells of the window into each query's list of cells, numbered
// from `first`, and similarities, best first; the lists of row `begin` come first. For each reference cell, the best query so far goes to `back` [height *
// width] with its similarity in `backBest`, if these are given.
void ditta_match(int32_t *cells, float *similarities, size_t count, int32_t *back, float *backBest,
                 const float *query, const float *reference, int32_t first, ditta_search search, size_t begin,
                 size_t end);
