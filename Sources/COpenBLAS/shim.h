// OpenBLAS for Swift: the C interface as it is.
#pragma once

#include <cblas.h>
