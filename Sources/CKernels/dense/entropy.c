// Full-resolution predictions a row at a time, while the row is in cache. No array of height × width × classes is ever made.
#include "dense_rows.h"

DITTA_KERNEL void ditta_entropy_row(float *entropy, ditta_logits logits, float *scratch, size_t y) {
    row_buffers buffers = buffers_in(scratch, logits);
    upsample_row(buffers.first, buffers.lines, logits, y);
    logit_entropy(entropy, buffers.first, logits.classes, logits.columns.length);
}
