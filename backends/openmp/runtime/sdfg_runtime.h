/*
 * What generated code shares: error codes, the part of a context that every model has, memory,
 * and arithmetic with a defined result for every input.
 *
 * Everything is `static inline` and free of global state. Generated files include this one.
 */
#ifndef SDFG_RUNTIME_H
#define SDFG_RUNTIME_H

#include <math.h>
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

#include "sdfg_hints.h"

#include "sdfg_memory.h"

#include "sdfg_team.h"

#include "sdfg_vector.h"

enum sdfg_status {
    SDFG_OK = 0,
    SDFG_OUT_OF_MEMORY = 1,
    SDFG_BAD_WEIGHTS = 2,  /* not the weights file that was written with the code */
    SDFG_BAD_ARGUMENT = 3, /* a null pointer, a size that is not possible */
    SDFG_CHECK_FAILED = 4  /* data that breaks a rule of the model: an index out of bounds */
};

/* The first member of every model's context. */
typedef struct sdfg_context {
    const unsigned char *weights; /* the safetensors file, not owned */
    sdfg_arena arena;             /* where the transient containers of a run live */
    sdfg_pool pool;               /* and those of one point of a loop on threads */
    sdfg_team *team;              /* the threads, or NULL for the calling one alone */
    int threads;
    int status;          /* of the failure */
    const char *failure; /* what went wrong first in this run, or NULL */
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

/*
 * Begin the life of a context of zeros: `file` is the mapped weights file of `bytes` bytes, of
 * which the model reads the first `needed`. `threads` <= 0 means sdfg_default_threads().
 */
static inline int sdfg_context_init(sdfg_context *context, const void *file, size_t bytes,
                                    size_t needed, int threads)
{
    threads = threads > 0 ? threads : sdfg_default_threads();
    context->threads = threads < SDFG_MOST_THREADS ? threads : SDFG_MOST_THREADS;
    if (needed > 0 && (file == NULL || bytes == 0)) {
        return sdfg_fail(context, SDFG_BAD_WEIGHTS, "the weights file is missing or empty");
    }
    if (bytes < needed) {
        return sdfg_fail(context, SDFG_BAD_WEIGHTS,
                         "the weights file has %llu bytes, too few for the %llu bytes of weights",
                         (unsigned long long)bytes, (unsigned long long)needed);
    }
    context->weights = (const unsigned char *)file;
    if (context->threads > 1 && (context->team = sdfg_team_new(context->threads)) == NULL) {
        return sdfg_fail(context, SDFG_OUT_OF_MEMORY, "no memory for %d threads",
                         context->threads);
    }
    return SDFG_OK;
}

/* End it: everything the context owns is given back. */
static inline void sdfg_context_exit(sdfg_context *context)
{
    sdfg_team_free(context->team);
    sdfg_arena_free(&context->arena);
    sdfg_pool_free(&context->pool);
}

/* Begin a run, with room for transient containers of `bytes` bytes together. */
static inline int sdfg_context_reserve(sdfg_context *context, int64_t bytes)
{
    context->failure = NULL;
    sdfg_team_begin(context->team);
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

/* Whether a size is possible; if not, the message says which. */
static inline bool sdfg_check_size(sdfg_context *context, const char *name, int64_t size)
{
    if (size < 0) {
        (void)sdfg_fail(context, SDFG_BAD_ARGUMENT, "the size %s is negative: %lld", name,
                        (long long)size);
    }
    return size >= 0;
}

/* Whether an array is there that has elements; if not, the message says which. */
static inline bool sdfg_check_array(sdfg_context *context, const char *name, const void *array,
                                    int64_t elements)
{
    if (array == NULL && elements > 0) {
        (void)sdfg_fail(context, SDFG_BAD_ARGUMENT, "'%s' is a null pointer", name);
        return false;
    }
    return true;
}

/* Note what went wrong, from any thread; the run goes on to the end of the state and stops. */
static inline void sdfg_note_failure(sdfg_context *context, int status, const char *what)
{
    __atomic_store_n(&context->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&context->failure, what, __ATOMIC_RELAXED);
}

/* The same for data that breaks a rule of the model. */
static inline void sdfg_check_failed(sdfg_context *context, const char *what)
{
    sdfg_note_failure(context, SDFG_CHECK_FAILED, what);
}

/* The error of a run in which something went wrong. */
static inline int sdfg_report_failure(sdfg_context *context)
{
    return sdfg_fail(context, context->status, "%s", context->failure);
}

/* Memory until the end of a scope of the program; without any, a failure is noted. */
static inline void *sdfg_push(sdfg_context *context, int64_t bytes, const char *failure)
{
    void *memory = bytes < 0 ? NULL : sdfg_arena_push(&context->arena, (size_t)bytes);
    if (memory == NULL) {
        sdfg_note_failure(context, SDFG_OUT_OF_MEMORY, failure);
    }
    return memory;
}

/* The same in a parallel scope: to be given back by sdfg_private_end(). */
static inline void *sdfg_private(sdfg_context *context, int64_t bytes, const char *failure)
{
    void *memory = bytes < 0 ? NULL : sdfg_pool_take(&context->pool, (size_t)bytes);
    if (memory == NULL) {
        sdfg_note_failure(context, SDFG_OUT_OF_MEMORY, failure);
    }
    return memory;
}

static inline void sdfg_private_end(sdfg_context *context, void *memory)
{
    sdfg_pool_give(&context->pool, memory);
}

#endif /* SDFG_RUNTIME_H */
