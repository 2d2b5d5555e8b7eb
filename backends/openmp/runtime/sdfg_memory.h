/* Memory: a workspace that is kept between runs, and blocks of their own. */
#ifndef SDFG_MEMORY_H
#define SDFG_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define SDFG_ALIGNMENT ((size_t)64)         /* of every container: a cache line, a vector */
#define SDFG_HUGE_PAGE ((size_t)2 << 20)    /* from here on, memory in huge pages */

/* Aligned memory of undefined content, also for 0 bytes; NULL if there is none. To be freed. */
static inline void *sdfg_allocate(size_t bytes)
{
    size_t alignment = bytes >= SDFG_HUGE_PAGE ? SDFG_HUGE_PAGE : SDFG_ALIGNMENT;
    size_t wanted = bytes == 0 ? 1 : bytes;
    size_t rounded = (wanted + alignment - 1) / alignment * alignment;
    void *memory = NULL;
    if (rounded < bytes) { /* the sum wrapped around */
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

/* A block beside the arena, for what does not fit into it. */
typedef struct sdfg_extra {
    struct sdfg_extra *previous;
    size_t begin; /* of the block, as if it were in the arena */
} sdfg_extra;

/* A stack of blocks of memory: what one run needed is there for the next one. */
typedef struct sdfg_arena {
    unsigned char *base;
    size_t bytes;
    size_t used;       /* now, what lies in extra blocks included */
    size_t most;       /* so far */
    sdfg_extra *extra; /* the last one */
} sdfg_arena;

/* Give back all blocks that begin at `mark` or behind it. */
static inline void sdfg_arena_pop(sdfg_arena *arena, size_t mark)
{
    while (arena->extra != NULL && arena->extra->begin >= mark) {
        sdfg_extra *last = arena->extra;
        arena->extra = last->previous;
        free(last);
    }
    arena->used = mark;
}

/* A block of `bytes` bytes, until it is popped; NULL if there is no memory. */
static inline void *sdfg_arena_push(sdfg_arena *arena, size_t bytes)
{
    size_t begin = arena->used;
    size_t padded = bytes / SDFG_ALIGNMENT * SDFG_ALIGNMENT;
    sdfg_extra *extra = NULL;
    padded += padded < bytes ? SDFG_ALIGNMENT : 0;
    if (padded < bytes || begin + padded < begin) {
        return NULL;
    }
    if (arena->extra == NULL && begin + padded <= arena->bytes) {
        arena->used = begin + padded;
        arena->most = arena->used > arena->most ? arena->used : arena->most;
        return arena->base + begin;
    }
    if (padded + SDFG_ALIGNMENT < padded) {
        return NULL;
    }
    extra = (sdfg_extra *)sdfg_allocate(padded + SDFG_ALIGNMENT);
    if (extra == NULL) {
        return NULL;
    }
    extra->previous = arena->extra;
    extra->begin = begin;
    arena->extra = extra;
    arena->used = begin + padded;
    arena->most = arena->used > arena->most ? arena->used : arena->most;
    return (unsigned char *)extra + SDFG_ALIGNMENT;
}

/*
 * Empty the arena, make it as large as it ever was and at least `bytes`, and push that many: they
 * begin at `base`. 0 means success.
 */
static inline int sdfg_arena_reserve(sdfg_arena *arena, size_t bytes)
{
    size_t wanted = bytes > arena->most ? bytes : arena->most;
    sdfg_arena_pop(arena, 0);
    if (wanted > arena->bytes) {
        free(arena->base);
        arena->base = (unsigned char *)sdfg_allocate(wanted);
        arena->bytes = arena->base == NULL ? 0 : wanted;
    }
    if (arena->bytes < bytes) {
        return 1;
    }
    arena->used = bytes;
    arena->most = arena->used > arena->most ? arena->used : arena->most;
    return 0;
}

static inline void sdfg_arena_free(sdfg_arena *arena)
{
    sdfg_arena_pop(arena, 0);
    free(arena->base);
    memset(arena, 0, sizeof *arena);
}

/* A block of a pool: what is in it begins SDFG_ALIGNMENT bytes behind the start. */
typedef struct sdfg_block {
    struct sdfg_block *next;
    size_t bytes; /* of what is in it */
} sdfg_block;

#define SDFG_POOL_BLOCKS 16 /* at most so many are kept, the largest ones */

/*
 * Blocks that threads take and give back: memory that is new comes page by page, each of them
 * cleared by the system, which costs more than what is done with it. Nobody waits for the pool:
 * while another thread looks into it, memory comes from the system.
 */
typedef struct sdfg_pool {
    sdfg_block *first; /* the one given back last */
    int blocks;
    bool busy;
} sdfg_pool;

static inline bool sdfg_pool_enter(sdfg_pool *pool)
{
    return !__atomic_exchange_n(&pool->busy, true, __ATOMIC_ACQUIRE);
}

static inline void sdfg_pool_leave(sdfg_pool *pool)
{
    __atomic_store_n(&pool->busy, false, __ATOMIC_RELEASE);
}

/* At least `bytes` bytes of undefined content, of one's own; NULL if there is no memory. */
static inline void *sdfg_pool_take(sdfg_pool *pool, size_t bytes)
{
    sdfg_block *block = NULL;
    if (sdfg_pool_enter(pool)) {
        sdfg_block **place = &pool->first;
        while (*place != NULL && (*place)->bytes < bytes) {
            place = &(*place)->next;
        }
        block = *place;
        if (block != NULL) {
            *place = block->next;
            pool->blocks -= 1;
        }
        sdfg_pool_leave(pool);
    }
    if (block == NULL && bytes + SDFG_ALIGNMENT > bytes) {
        block = (sdfg_block *)sdfg_allocate(bytes + SDFG_ALIGNMENT);
        if (block != NULL) {
            block->bytes = bytes;
        }
    }
    return block == NULL ? NULL : (unsigned char *)block + SDFG_ALIGNMENT;
}

/* Take the smallest block out of the pool. */
static inline sdfg_block *sdfg_pool_smallest(sdfg_pool *pool)
{
    sdfg_block **place = &pool->first, *block = NULL;
    for (sdfg_block **k = place; *k != NULL; k = &(*k)->next) {
        place = (*k)->bytes < (*place)->bytes ? k : place;
    }
    block = *place;
    if (block != NULL) {
        *place = block->next;
        pool->blocks -= 1;
    }
    return block;
}

/* Give a block back that was taken. */
static inline void sdfg_pool_give(sdfg_pool *pool, void *memory)
{
    sdfg_block *block = (sdfg_block *)((unsigned char *)memory - SDFG_ALIGNMENT);
    if (sdfg_pool_enter(pool)) {
        block->next = pool->first;
        pool->first = block;
        pool->blocks += 1;
        block = pool->blocks > SDFG_POOL_BLOCKS ? sdfg_pool_smallest(pool) : NULL;
        sdfg_pool_leave(pool);
    }
    free(block);
}

static inline void sdfg_pool_free(sdfg_pool *pool)
{
    while (pool->first != NULL) {
        free(sdfg_pool_smallest(pool));
    }
}

/* Copy what does not overlap, and what may; nothing for 0 bytes or less, where both may be NULL. */
static inline void sdfg_copy(void *target, const void *source, int64_t bytes)
{
    if (bytes > 0) {
        memcpy(target, source, (size_t)bytes);
    }
}

static inline void sdfg_move(void *target, const void *source, int64_t bytes)
{
    if (bytes > 0) {
        memmove(target, source, (size_t)bytes);
    }
}

#endif /* SDFG_MEMORY_H */
