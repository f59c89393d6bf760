// Makes the n-th call of write, or of read, on a file of a run fail: n and the call's name are in the environment (FAULT_AT, FAULT_IN),
// and so is a part of the paths that count (FAULT_PATH). Standard streams never count.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;

static int fails(int file, const char *call) {
    const char *at = getenv("FAULT_AT"), *in = getenv("FAULT_IN"), *part = getenv("FAULT_PATH");
    if (!at || !in || !part || strcmp(in, call) != 0 || file <= STDERR_FILENO) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!strstr(path, part)) return 0;
    return atomic_fetch_add(&calls, 1) + 1 == atol(at);
}

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*next)(int, const void *, size_t);
    if (!next) next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (fails(file, "write")) {
        errno = ENOSPC;
        return -1;
    }
    return next(file, bytes, count);
}

ssize_t read(int file, void *bytes, size_t count) {
    static ssize_t (*next)(int, void *, size_t);
    if (!next) next = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    if (fails(file, "read")) {
        errno = EIO;
        return -1;
    }
    return next(file, bytes, count);
}
