/*
 * What compilers do not offer on vectors, and on the lanes of a loop: fused multiply-add, and
 * reductions with the rules of ours.
 */
#ifndef SDFG_VECTOR_H
#define SDFG_VECTOR_H

#include "sdfg_float.h"
#include "sdfg_integer.h"
#include "sdfg_math.h"

/* a * b + c in each lane; `type` is the vector type of all three. */
#if defined(__clang__)
#define SDFG_VECTOR_FMA(type, a, b, c)                                                             \
    __extension__({                                                                                \
        _Pragma("clang fp contract(fast)") type sdfg_sum = (a) * (b) + (c);                        \
        sdfg_sum;                                                                                  \
    })
#else
#define SDFG_VECTOR_FMA(type, a, b, c)                                                             \
    __extension__({                                                                                \
        const type sdfg_a = (a), sdfg_b = (b), sdfg_c = (c);                                       \
        type sdfg_sum;                                                                             \
        for (int sdfg_lane = 0; sdfg_lane < (int)(sizeof(type) / sizeof sdfg_sum[0]);              \
             ++sdfg_lane) {                                                                        \
            sdfg_sum[sdfg_lane] = _Generic(sdfg_sum[0], float: sdfg_fma_f32, double: sdfg_fma_f64)( \
                sdfg_a[sdfg_lane], sdfg_b[sdfg_lane], sdfg_c[sdfg_lane]);                          \
        }                                                                                          \
        sdfg_sum;                                                                                  \
    })
#endif

/*
 * The number at `place` in each lane of a vector of `type`. Without volatile gcc 12 may read all
 * lanes from `place` on, to take the first: slower, and beyond the end of what is there.
 */
#if defined(__clang__)
#define SDFG_BROADCAST(type, place) ((place) - (type){0})
#else
#define SDFG_BROADCAST(type, place)                                                                \
    (*(const volatile __typeof__((place) + 0) *)&(place) - (type){0})
#endif

/* The lanes of a and b, numbered one after the other, that the integers name; as many as a has. */
#if defined(__clang__) || __GNUC__ >= 12
#define SDFG_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SDFG_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (__typeof__((a) == (b))){__VA_ARGS__})
#endif

static inline float sdfg_fma_f32(float a, float b, float c) { return SDFG_FMA(a, b, c); }
static inline double sdfg_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }

/*
 * For loops in vector lanes: `reduction(sdfg_maximum_f32 : x)` and the like combine the lanes as the
 * functions of these names do.
 */
#define SDFG_PRAGMA(text) _Pragma(#text)
#define SDFG_REDUCTION(name, type, neutral)                                                        \
    SDFG_PRAGMA(omp declare reduction(name : type : omp_out = name(omp_out, omp_in))               \
                    initializer(omp_priv = neutral))
#define SDFG_FLOAT_REDUCTIONS(f, F)                                                                \
    SDFG_REDUCTION(sdfg_maximum_##f, F, omp_orig)                                                  \
    SDFG_REDUCTION(sdfg_minimum_##f, F, omp_orig)                                                  \
    SDFG_REDUCTION(sdfg_maxnum_##f, F, omp_orig)                                                   \
    SDFG_REDUCTION(sdfg_minnum_##f, F, omp_orig)
#define SDFG_INTEGER_REDUCTIONS(s, S)                                                              \
    SDFG_REDUCTION(sdfg_add_##s, S, 0)                                                             \
    SDFG_REDUCTION(sdfg_mul_##s, S, 1)                                                             \
    SDFG_REDUCTION(sdfg_max_##s, S, omp_orig)                                                      \
    SDFG_REDUCTION(sdfg_min_##s, S, omp_orig)

SDFG_FLOAT_REDUCTIONS(f32, float)
SDFG_FLOAT_REDUCTIONS(f64, double)
SDFG_INTEGER_REDUCTIONS(i8, int8_t)
SDFG_INTEGER_REDUCTIONS(i16, int16_t)
SDFG_INTEGER_REDUCTIONS(i32, int32_t)
SDFG_INTEGER_REDUCTIONS(i64, int64_t)

#undef SDFG_FLOAT_REDUCTIONS
#undef SDFG_INTEGER_REDUCTIONS
#undef SDFG_REDUCTION
#undef SDFG_PRAGMA

/* Loops in vector lanes that this compiler runs one lane after the other are no reason to warn. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#endif /* SDFG_VECTOR_H */
