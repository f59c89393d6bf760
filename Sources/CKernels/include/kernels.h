// The numeric kernels: what Swift alone does not make fast (reductions, transcendental functions, gathers).
#pragma once

#include <stddef.h>
#include <stdint.h>
