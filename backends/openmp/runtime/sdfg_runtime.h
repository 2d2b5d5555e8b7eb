/*
 * What generated code shares: error codes, the part of a context that every model has, memory,
 * and arithmetic with a defined result for every input.
 *
 * Everything is `static inline` and free of global state. Generated files include this one.
 */
#ifndef SDFG_RUNTIME_H
#define SDFG_RUNTIME_H

#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdfg_integer.h"

#include "sdfg_float.h"

#include "sdfg_float16.h"

#include "sdfg_memory.h"

enum sdfg_status {
    SDFG_OK = 0,
    SDFG_OUT_OF_MEMORY = 1,
    SDFG_BAD_WEIGHTS = 2,  /* not the weights file that was written with the code */
    SDFG_BAD_ARGUMENT = 3, /* a null pointer, a size that is not possible */
    SDFG_CHECK_FAILED = 4  /* data that breaks a rule of the model: an index out of bounds */
};

/* The first member of every model's context. */
typedef struct sdfg_context {
    const unsigned char *weights; /* the data section of the safetensors file, not owned */
    size_t weights_bytes;
    sdfg_arena arena; /* where the transient containers of a run live */
    int threads;
    const char *failure; /* the check that failed first in this run, or NULL */
    char message[256];   /* the last error, empty before the first */
} sdfg_context;

/* Keep a message, as printf formats it, and return `status`. */
__attribute__((format(printf, 3, 4))) static inline int
sdfg_fail(sdfg_context *context, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context->message, sizeof context->message, format, arguments);
    va_end(arguments);
    return status;
}

/* The data section of a safetensors file: 8 bytes of header length, the header, the data. */
static inline int sdfg_open_weights(sdfg_context *context, const void *file, size_t bytes,
                                    size_t needed)
{
    const unsigned char *begin = (const unsigned char *)file;
    uint64_t header = 0;
    if (needed == 0) {
        return SDFG_OK;
    }
    if (begin == NULL || bytes < 8) {
        return sdfg_fail(context, SDFG_BAD_WEIGHTS, "the weights file is missing or empty");
    }
    for (int byte = 7; byte >= 0; --byte) {
        header = header << 8 | begin[byte];
    }
    if (header > bytes - 8 || bytes - 8 - header < needed) {
        return sdfg_fail(context, SDFG_BAD_WEIGHTS,
                         "the weights file has %llu bytes, too few for the %llu bytes of weights",
                         (unsigned long long)bytes, (unsigned long long)needed);
    }
    context->weights = begin + 8 + header;
    context->weights_bytes = bytes - 8 - (size_t)header;
    return SDFG_OK;
}

/*
 * Begin the life of a context of zeros: `file` is the mapped weights file of `bytes` bytes, of
 * whose data section the model reads the first `needed` bytes. `threads` <= 0 asks OpenMP.
 */
static inline int sdfg_context_init(sdfg_context *context, const void *file, size_t bytes,
                                    size_t needed, int threads)
{
    context->threads = threads > 0 ? threads : omp_get_max_threads();
    return sdfg_open_weights(context, file, bytes, needed);
}

/* End it: everything the context owns is given back. */
static inline void sdfg_context_exit(sdfg_context *context)
{
    sdfg_arena_free(&context->arena);
}

/* Room for the transient containers of a run; kept for the next one. */
static inline int sdfg_context_reserve(sdfg_context *context, int64_t bytes)
{
    if (bytes < 0) {
        return sdfg_fail(context, SDFG_BAD_ARGUMENT, "the sizes give a workspace of %lld bytes",
                         (long long)bytes);
    }
    if (sdfg_arena_reserve(&context->arena, (size_t)bytes) != 0) {
        return sdfg_fail(context, SDFG_OUT_OF_MEMORY, "no memory for a workspace of %lld bytes",
                         (long long)bytes);
    }
    return SDFG_OK;
}

/* The message of the last error; never NULL, also without a context. */
static inline const char *sdfg_context_message(const sdfg_context *context)
{
    return context == NULL ? "no memory for a context" : context->message;
}

/* Note a failed check, from any thread; the run goes on to the end of the state and then stops. */
static inline void sdfg_check_failed(sdfg_context *context, const char *what)
{
    __atomic_store_n(&context->failure, what, __ATOMIC_RELAXED);
}

/* The error of a run in which a check failed. */
static inline int sdfg_report_failure(sdfg_context *context)
{
    return sdfg_fail(context, SDFG_CHECK_FAILED, "%s", context->failure);
}

#endif /* SDFG_RUNTIME_H */
