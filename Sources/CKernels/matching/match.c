// Local matching: the best few cells of a window, by Euclidean distance of their descriptors.
#include "matching.h"
#include "../shared/vector_math.h"

DITTA_INLINE float half_distance(const float *a, const float *b, size_t n) {
    DITTA_RELAXED
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return 0.5f * sum;
}

DITTA_INLINE ptrdiff_t clamp(ptrdiff_t value, ptrdiff_t high) { return value < 0 ? 0 : (value > high ? high : value); }

DITTA_KERNEL void ditta_match(int32_t *cells, float *similarities, size_t count, int32_t *back, float *backBest,
                              const float *query, const float *reference, int32_t first, ditta_search search,
                              size_t begin, size_t end) {
    ptrdiff_t bottom = (ptrdiff_t)search.height - 1, right = (ptrdiff_t)search.width - 1;
    ptrdiff_t radius = (ptrdiff_t)search.radius;
    for (size_t cell = begin * search.width; cell < end * search.width; cell++) {
        // A centre beyond the border is brought back, so that no window is empty.
        ptrdiff_t cy = clamp((ptrdiff_t)(cell / search.width) + search.centers[2 * cell], bottom);
        ptrdiff_t cx = clamp((ptrdiff_t)(cell % search.width) + search.centers[2 * cell + 1], right);
        size_t slot = (cell - begin * search.width) * count;
        int32_t *list = cells + slot;
        float *best = similarities + slot;
        for (ptrdiff_t y = clamp(cy - radius, bottom); y <= clamp(cy + radius, bottom); y++) {
            for (ptrdiff_t x = clamp(cx - radius, right); x <= clamp(cx + radius, right); x++) {
                size_t other = (size_t)(y * (ptrdiff_t)search.width + x);
                float offset = (float)((y - cy) * (y - cy) + (x - cx) * (x - cx));
                float similarity = -half_distance(query + cell * search.channels, reference + other * search.channels,
                                                  search.channels) -
                                   search.penalty * offset;
                if (similarity > best[count - 1]) {
                    size_t place = count - 1;
                    for (; place > 0 && best[place - 1] < similarity; place--) {
                        best[place] = best[place - 1];
                        list[place] = list[place - 1];
                    }
                    best[place] = similarity;
                    list[place] = first + (int32_t)other;
                }
                if (back && similarity > backBest[other]) {
                    backBest[other] = similarity;
                    back[other] = (int32_t)cell;
                }
            }
        }
    }
}
