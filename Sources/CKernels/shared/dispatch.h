// One source, several builds: the loader picks the one the processor can run.
#pragma once

#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif

// The thread sanitizer would watch the picking, which happens before the sanitizer itself is there.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define DITTA_PICKS 1
#define DITTA_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
// A function that is written for each build, for kernels whose blocks fill the registers. Who calls it must see every version.
#define DITTA_VERSION(name) __attribute__((target(name)))
#else
#define DITTA_PICKS 0
#define DITTA_KERNEL
#define DITTA_VERSION(name)
#endif

// Helpers are compiled into their caller's build.
#define DITTA_INLINE static inline __attribute__((always_inline))

// Lets sums be reordered and products fused, so that loops vectorise; NaN and infinity keep their meaning.
// Must stand first in a block.
#define DITTA_RELAXED _Pragma("clang fp reassociate(on) contract(fast)")

// Lets products and sums be fused. Must stand first in a block.
#define DITTA_CONTRACT _Pragma("clang fp contract(fast)")

// Before a loop of few and constant rounds whose arrays are to be registers: says so instead of leaving it to the compiler's
// level of optimisation.
#define DITTA_UNROLL _Pragma("clang loop unroll(full)")
