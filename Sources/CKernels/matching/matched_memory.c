// The memory of the frozen model: matches the cells of a frame with those of the one before within a window and carries
// over what was known there, in one pass.
#include "matching.h"
#include "match_products.h"
#include "../shared/vector.h"
#include "../shared/vector_math.h"

// Matches of less than e^-13.8 = 1e-6 of the best one's weight count as none: they are most, and together nothing.
static const float lowest_exponent = -13.8f;
// What a step of the descriptors' products is worth.
static const float product_step = 0x1p-26f;

// Cells whose values are summed together, and values that are summed at a time.
enum { group = 4, block = 16 };
typedef float values_block __attribute__((vector_size(64), aligned(4)));

// Scratch for two rows of 16 queries. Slot (dy, dx) of query j is at (dy * across + dx) * 16 + j; a row of sums is
// `side` + 1 rows of slots, since rows y and y + 1 take the same keys and each leaves out one row of them.
typedef struct {
    size_t side;
    size_t across;
    size_t row;
    int32_t *sums;
    float *weights;
    float *carried;
} window_buffers;

DITTA_INLINE void prepare(window_buffers *buffers, float *scratch, ditta_planes layout, ditta_memory memory) {
    size_t side = 2 * memory.radius + 1, across = (side + match_offsets - 1) / match_offsets * match_offsets;
    size_t row = (side + 1) * across * match_lanes;
    buffers->side = side;
    buffers->across = across;
    buffers->row = row;
    buffers->sums = (int32_t *)scratch;
    buffers->weights = scratch + 2 * row;
    buffers->carried = scratch + 3 * row;
    // What a first frame has to carry.
    for (size_t c = 0; c < group * memory.stride; c++) buffers->carried[c] = 0.0f;
}

// Sums q·k - ½|k|² of the 16 queries at x of rows y and y + 1 with all keys that their windows reach.
DITTA_INLINE void window_sums(const window_buffers *buffers, const int32_t *queries, const int32_t *keys,
                              ditta_planes layout, size_t radius, size_t x, size_t y) {
    size_t row = (layout.pairs + 1) * layout.stride;
    const int32_t *first = queries + y * row + layout.margin + x;
    const int32_t *second = y + 1 < layout.height ? first + row : first;
    for (size_t dy = 0; dy <= buffers->side; dy++) {
        if (y + dy < radius || y + dy >= layout.height + radius) continue;
        const int32_t *key = keys + (y + dy - radius) * row + layout.margin + x - radius;
        for (size_t dx = 0; dx < buffers->side; dx += match_offsets) {
            ditta_match_products(buffers->sums + (dy * buffers->across + dx) * match_lanes, buffers->row, first, second,
                                 key + dx, key + dx + layout.pairs * layout.stride, layout.pairs, layout.stride);
        }
    }
}

// Turns a row's sums into weights, of which the best match's is 1; gives the best sums, and one over the weights' total.
// Beyond the picture's sides sums are so low that the weights vanish; rows of slots beyond it are left out.
DITTA_INLINE void window_weights(const window_buffers *buffers, int32_t *best, float *scale, const int32_t *sums,
                                 size_t begin, size_t end, float sharpness) {
    DITTA_RELAXED
    int32_t highest[match_lanes];
    float total[match_lanes], lead[match_lanes];
    for (size_t j = 0; j < match_lanes; j++) highest[j] = INT32_MIN;
    for (size_t dy = begin; dy < end; dy++) {
        const int32_t *slots = sums + dy * buffers->across * match_lanes;
        for (size_t i = 0; i < buffers->side * match_lanes; i += match_lanes) {
            for (size_t j = 0; j < match_lanes; j++) highest[j] = slots[i + j] > highest[j] ? slots[i + j] : highest[j];
        }
    }
    for (size_t j = 0; j < match_lanes; j++) {
        lead[j] = (float)highest[j];
        total[j] = 0.0f;
    }
    for (size_t dy = begin; dy < end; dy++) {
        const int32_t *slots = sums + dy * buffers->across * match_lanes;
        float *weights = buffers->weights + dy * buffers->across * match_lanes;
        for (size_t i = 0; i < buffers->side * match_lanes; i += match_lanes) {
            for (size_t j = 0; j < match_lanes; j++) {
                float exponent = ((float)slots[i + j] - lead[j]) * sharpness;
                float weight = exponent < lowest_exponent ? 0.0f : ditta_expf(exponent);
                weights[i + j] = weight;
                total[j] += weight;
            }
        }
    }
    for (size_t j = 0; j < match_lanes; j++) {
        best[j] = highest[j];
        scale[j] = 1.0f / total[j];
    }
}

// Adds a place's values, so many blocks of them, to the sums of the cells [from, to) that have it in their windows.
DITTA_INLINE void add_place(values_block (*sums)[group], const float *weights, const float *value, size_t blocks,
                            size_t from, size_t to) {
    DITTA_RELAXED
    DITTA_UNROLL
    for (size_t b = 0; b < blocks; b++) {
        DITTA_UNROLL
        for (size_t j = from; j < to; j++) {
            // A place is one slot further left for each cell further right.
            sums[b][j] += *(weights + (ptrdiff_t)j * (1 - match_lanes)) * *(const values_block *)(value + b * block);
        }
    }
}

// The weighted values of four neighbouring cells, from `first` on, so many blocks of them. Their windows overlap: each
// place is read once for all four.
DITTA_INLINE void carry_blocks(const window_buffers *buffers, const float *weights, const float *scale,
                               const float *past, ditta_planes layout, ditta_memory memory, size_t begin, size_t end,
                               size_t first, size_t blocks) {
    values_block sums[4][group] = {0};
    for (size_t dy = begin; dy < end; dy++) {
        const float *slot = weights + dy * buffers->across * match_lanes;
        ptrdiff_t line = ((ptrdiff_t)dy - (ptrdiff_t)memory.radius) * (ptrdiff_t)layout.width;
        const float *value = past + (line - (ptrdiff_t)memory.radius) * (ptrdiff_t)memory.stride + (ptrdiff_t)first;
#define DITTA_PLACE(from, to)                             \
    do {                                                  \
        add_place(sums, slot, value, blocks, from, to);   \
        slot += match_lanes;                              \
        value += memory.stride;                           \
    } while (0)
        if (buffers->side == 1) {
            DITTA_UNROLL
            for (size_t x = 0; x < group; x++) DITTA_PLACE(x, x + 1);
            continue;
        }
        DITTA_PLACE(0, 1);
        DITTA_PLACE(0, 2);
        DITTA_PLACE(0, 3);
        for (size_t x = group - 1; x < buffers->side; x++) DITTA_PLACE(0, 4);
        DITTA_PLACE(1, 4);
        DITTA_PLACE(2, 4);
        DITTA_PLACE(3, 4);
#undef DITTA_PLACE
    }
    DITTA_UNROLL
    for (size_t b = 0; b < blocks; b++) {
        DITTA_UNROLL
        for (size_t j = 0; j < group; j++) {
            *(values_block *)(buffers->carried + j * memory.stride + first + b * block) = sums[b][j] * scale[j];
        }
    }
}

// The weighted values [group, stride] of neighbouring cells; `past` is what was known in the first one's place.
DITTA_INLINE void carry(const window_buffers *buffers, const float *weights, const float *scale, const float *past,
                        ditta_planes layout, ditta_memory memory, size_t begin, size_t end) {
    size_t first = 0;
    for (; first + 4 * block <= memory.stride; first += 4 * block) {
        carry_blocks(buffers, weights, scale, past, layout, memory, begin, end, first, 4);
    }
    for (; first < memory.stride; first += block) {
        carry_blocks(buffers, weights, scale, past, layout, memory, begin, end, first, 1);
    }
}

// A cell's new values, and the logarithms of its probabilities: P = (p + m P') / (1 + m) with p = softmax(logits).
DITTA_INLINE void join(float *values, float *logarithms, const float *logits, const float *carried, float evidence,
                       ditta_memory memory) {
    DITTA_RELAXED
    size_t classes = memory.classes, stride = memory.stride;
    for (size_t c = classes; c < stride; c++) values[c] = -INFINITY;
    memcpy(values, logits, classes * sizeof *values);
    ditta_v16 highest = ditta_splat(-INFINITY), sum = {};
    for (size_t c = 0; c < stride; c += block) highest = ditta_max16(highest, ditta_load16(values, c, 0));
    ditta_v16 top = ditta_splat(ditta_highest16(highest));
    for (size_t c = 0; c < stride; c += block) {
        ditta_v16 power = ditta_exp16(ditta_load16(values, c, 0) - top);
        sum += power;
        ditta_store16(values, c, power, 0);
    }
    float total = ditta_sum16(sum);
    // Beyond the classes stands next to nothing, which is slow to reckon with.
    for (size_t c = classes; c < stride; c++) values[c] = 0.0f;
    float own = 1.0f / (total * (1.0f + evidence)), past = evidence / (1.0f + evidence);
    for (size_t first = 0; first < stride; first += block) {
        float line[block];
        for (size_t i = 0; i < block; i++) {
            float probability = own * values[first + i] + past * carried[first + i];
            values[first + i] = probability;
            line[i] = ditta_logf(probability > 1e-8f ? probability : 1e-8f);
        }
        size_t count = classes - first < block ? classes - first : block;
        memcpy(logarithms + first, line, (first < classes ? count : 0) * sizeof *line);
    }
    values[classes] = 1.0f + evidence < memory.frames ? 1.0f + evidence : memory.frames;
}

DITTA_KERNEL void ditta_remember(float *values, float *logarithms, const float *logits, const int32_t *queries,
                                 const int32_t *keys, const float *past, ditta_planes layout, ditta_memory memory,
                                 float *scratch, size_t begin, size_t end) {
    window_buffers storage, *buffers = &storage;
    prepare(buffers, scratch, layout, memory);
    int32_t best[match_lanes];
    float scale[match_lanes];
    for (size_t pair = begin; pair < end; pair += 2) {
        for (size_t left = 0; left < layout.width; left += match_lanes) {
            if (past) window_sums(buffers, queries, keys, layout, memory.radius, left, pair);
            for (size_t y = pair; y < pair + 2 && y < end; y++) {
                size_t first = y < memory.radius ? memory.radius - y : 0;
                size_t last = y + memory.radius < layout.height ? buffers->side : layout.height - y + memory.radius;
                const int32_t *sums = buffers->sums + (y - pair) * (buffers->row + buffers->across * match_lanes);
                if (past) window_weights(buffers, best, scale, sums, first, last, memory.sharpness * product_step);
                const int32_t *halves = queries + ((y + 1) * (layout.pairs + 1) - 1) * layout.stride + layout.margin;
                for (size_t x = left; x < left + match_lanes && x < layout.width; x++) {
                    size_t cell = y * layout.width + x, lane = x - left;
                    const float *carried = buffers->carried + lane % group * memory.stride;
                    float evidence = 0.0f;
                    if (past) {
                        if (lane % group == 0) {
                            carry(buffers, buffers->weights + lane, scale + lane, past + cell * memory.stride, layout,
                                  memory, first, last);
                        }
                        // The best sum is q·k - ½|k|²; what ½|q|² has more is half the match's squared distance.
                        float distance = (-(float)halves[x] - (float)best[lane]) * product_step - memory.tolerance;
                        evidence = carried[memory.classes] * ditta_expf(-memory.doubt * (distance > 0 ? distance : 0));
                    }
                    join(values + cell * memory.stride, logarithms + cell * memory.classes,
                         logits + cell * memory.classes, carried, evidence, memory);
                }
            }
        }
    }
}
