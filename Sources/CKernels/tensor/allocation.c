// How the C library keeps memory that was freed.
#include "tensor.h"

#ifdef __linux__
#include <malloc.h>
#endif

void ditta_keep_freed_memory(void) {
#ifdef __GLIBC__
    // Frames and tensors of megabytes come and go all the time, from one thread to another. Given back to the system, every
    // page would be cleared and mapped again the next time.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    // What one thread frees serves the others.
    mallopt(M_ARENA_MAX, 2);
#endif
}

void ditta_give_back_freed_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
