// OpenBLAS for Swift: the C interface as it is, and what its library has besides.
#pragma once

#include <cblas.h>

// The buffers that products run in (driver/others/memory.c); all builds of the library have them, its header has not.
void *blas_memory_alloc(int procedure);
void blas_memory_free(void *buffer);
