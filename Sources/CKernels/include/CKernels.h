// The numeric kernels: what Swift alone does not make fast (reductions, transcendental functions, gathers), a header an owner.
// Every matrix is row-major float32 unless told otherwise; `rows` are positions, `columns` are channels. Ranges
// [begin, end) let the caller split the work among threads: kernels never start any themselves.
#pragma once

#include "compiled.h"
#include "dense.h"
#include "matching.h"
#include "sam2.h"
#include "segformer.h"
#include "sparse.h"
#include "tensor.h"
#include "training.h"
