/* Memory: an arena that grows on demand and is kept between runs. */
#ifndef SDFG_MEMORY_H
#define SDFG_MEMORY_H

#include <stddef.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define SDFG_ALIGNMENT ((size_t)64)         /* of every container: a cache line, a vector */
#define SDFG_HUGE_PAGE ((size_t)2 << 20)    /* from here on, memory in huge pages */

typedef struct sdfg_arena {
    unsigned char *base;
    size_t bytes;
} sdfg_arena;

/* Aligned memory of undefined content; NULL if there is none or for 0 bytes. To be freed. */
static inline void *sdfg_allocate(size_t bytes)
{
    size_t alignment = bytes >= SDFG_HUGE_PAGE ? SDFG_HUGE_PAGE : SDFG_ALIGNMENT;
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void *memory = NULL;
    if (rounded == 0) { /* nothing asked for, or the sum wrapped around */
        return NULL;
    }
    memory = aligned_alloc(alignment, rounded);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (memory != NULL && alignment == SDFG_HUGE_PAGE) {
        (void)madvise(memory, rounded, MADV_HUGEPAGE); /* advice: without it we are only slower */
    }
#endif
    return memory;
}

/* Make the arena hold at least `bytes`; its content is lost when it grows. 0 means success. */
static inline int sdfg_arena_reserve(sdfg_arena *arena, size_t bytes)
{
    if (bytes <= arena->bytes) {
        return 0;
    }
    free(arena->base);
    arena->base = (unsigned char *)sdfg_allocate(bytes);
    arena->bytes = arena->base == NULL ? 0 : bytes;
    return arena->base == NULL ? 1 : 0;
}

static inline void sdfg_arena_free(sdfg_arena *arena)
{
    free(arena->base);
    arena->base = NULL;
    arena->bytes = 0;
}

#endif /* SDFG_MEMORY_H */
