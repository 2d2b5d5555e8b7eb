/*
 * Stores that bypass the caches, and lines fetched before they are needed. Both change the time of
 * a run, never its results; where a compiler has no means for them they do nothing special.
 */
#ifndef SDFG_HINTS_H
#define SDFG_HINTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Fetch the line of element `place`, which may be out of bounds; locality is 1 (far) to 3 (near), or
 * 0 for what is needed once.
 */
#define SDFG_PREFETCH(pointer, place, write, locality)                                             \
    __builtin_prefetch((const void *)((uintptr_t)(pointer) +                                       \
                                      (uintptr_t)(place) * sizeof *(pointer)),                     \
                       write, locality)

/* SDFG_WIDE is the most bytes that one instruction stores, SDFG_NARROW the least; 0 for none. */
#if defined(__AVX512F__)
#define SDFG_WIDE 64
#elif defined(__AVX__)
#define SDFG_WIDE 32
#elif defined(__SSE__) || (defined(__clang__) && defined(__aarch64__))
#define SDFG_WIDE 16
#endif

#if defined(SDFG_WIDE)
#define SDFG_NARROW 16
typedef float sdfg_wide __attribute__((vector_size(SDFG_WIDE)));
typedef float sdfg_narrow __attribute__((vector_size(SDFG_NARROW)));

/* One piece of a vector, to an address that is a multiple of its size. */
static inline void sdfg_stream_wide(unsigned char *target, const unsigned char *source)
{
    sdfg_wide piece;
    memcpy(&piece, source, sizeof piece);
#if defined(__clang__)
    __builtin_nontemporal_store(piece, (sdfg_wide *)(void *)target);
#elif SDFG_WIDE == 64
    __builtin_ia32_movntps512((float *)(void *)target, piece);
#elif SDFG_WIDE == 32
    __builtin_ia32_movntps256((float *)(void *)target, piece);
#else
    __builtin_ia32_movntps((float *)(void *)target, piece);
#endif
}

static inline void sdfg_stream_narrow(unsigned char *target, const unsigned char *source)
{
    sdfg_narrow piece;
    memcpy(&piece, source, sizeof piece);
#if defined(__clang__)
    __builtin_nontemporal_store(piece, (sdfg_narrow *)(void *)target);
#else
    __builtin_ia32_movntps((float *)(void *)target, piece);
#endif
}
#endif

/*
 * Store a vector of `bytes` bytes past the caches. Arrays of callers often start at a multiple of 16
 * only: then it goes in pieces, which the processor puts together to lines.
 */
__attribute__((always_inline)) static inline void
sdfg_store_nontemporal(void *target, const void *vector, size_t bytes)
{
    unsigned char *to = (unsigned char *)target;
    const unsigned char *from = (const unsigned char *)vector;
#if defined(SDFG_WIDE)
    if (bytes % SDFG_WIDE == 0 && (uintptr_t)to % SDFG_WIDE == 0) {
        for (size_t k = 0; k < bytes; k += SDFG_WIDE) {
            sdfg_stream_wide(to + k, from + k);
        }
        return;
    }
    if (bytes % SDFG_NARROW == 0 && (uintptr_t)to % SDFG_NARROW == 0) {
        for (size_t k = 0; k < bytes; k += SDFG_NARROW) {
            sdfg_stream_narrow(to + k, from + k);
        }
        return;
    }
#endif
    memcpy(to, from, bytes);
}

/* Let others see what was stored past the caches before anything that is stored from now on. */
static inline void sdfg_order_nontemporal(void)
{
#if defined(__SSE__)
    __builtin_ia32_sfence();
#else
    __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

#endif /* SDFG_HINTS_H */
