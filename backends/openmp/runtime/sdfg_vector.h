/*
 * What compilers do not offer on vectors, and on the lanes of a loop: fused multiply-add, the larger
 * and the smaller number, and reductions with the rules of ours.
 */
#ifndef SDFG_VECTOR_H
#define SDFG_VECTOR_H

#include "sdfg_float.h"
#include "sdfg_integer.h"
#include "sdfg_math.h"

/* The number at `place` in each lane of a vector of `type`. */
#define SDFG_BROADCAST(type, place) ((place) - (type){0})

/* The lanes of a and b, numbered one after the other, that the integers name; as many as a has. */
#if defined(__clang__) || __GNUC__ >= 12
#define SDFG_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SDFG_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (__typeof__((a) == (b))){__VA_ARGS__})
#endif

SDFG_INLINE float sdfg_fma_f32(float a, float b, float c) { return SDFG_FMA(a, b, c); }
SDFG_INLINE double sdfg_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }

/* SDFG_FUSED(V) is a * b + c in vectors of type V, in one rounding where SDFG_FMA does that. */
#if defined(__clang__)
#define SDFG_FUSED(V)                                                                              \
    __extension__({                                                                                \
        _Pragma("clang fp contract(fast)") V sum = a * b + c;                                      \
        sum;                                                                                       \
    })
#else
#define SDFG_FUSED_LANES(V)                                                                        \
    __extension__({                                                                                \
        V sum;                                                                                     \
        for (int k = 0; k < (int)(sizeof sum / sizeof sum[0]); ++k) {                              \
            sum[k] = _Generic(sum[0], float: sdfg_fma_f32, double: sdfg_fma_f64)(a[k], b[k], c[k]); \
        }                                                                                          \
        sum;                                                                                       \
    })
#if defined(__FMA__)
/*
 * gcc makes one instruction of a loop over the lanes as well, but takes several times as long, so
 * where there is a builtin it is called. All branches of _Generic need the right types, chosen or not.
 */
typedef float sdfg_f32x4 __attribute__((vector_size(16)));
typedef float sdfg_f32x8 __attribute__((vector_size(32)));
typedef double sdfg_f64x2 __attribute__((vector_size(16)));
typedef double sdfg_f64x4 __attribute__((vector_size(32)));
#define SDFG_IF(V, x) _Generic(x, V: x, default: (V){0})
#define SDFG_FUSED_IF(V, name, ...)                                                                \
    V:                                                                                             \
    __builtin_ia32_vfmadd##name(SDFG_IF(V, a), SDFG_IF(V, b), SDFG_IF(V, c) __VA_ARGS__),
#if defined(__AVX512F__)
typedef float sdfg_f32x16 __attribute__((vector_size(64)));
typedef double sdfg_f64x8 __attribute__((vector_size(64)));
/* In all lanes (-1), in the rounding mode that is set (4). */
#define SDFG_FUSED_WIDE                                                                            \
    SDFG_FUSED_IF(sdfg_f32x16, ps512_mask, , -1, 4) SDFG_FUSED_IF(sdfg_f64x8, pd512_mask, , -1, 4)
#else
#define SDFG_FUSED_WIDE
#endif
#define SDFG_FUSED(V)                                                                              \
    _Generic(a, SDFG_FUSED_WIDE SDFG_FUSED_IF(sdfg_f32x8, ps256, )                                 \
             SDFG_FUSED_IF(sdfg_f64x4, pd256, ) SDFG_FUSED_IF(sdfg_f32x4, ps, )                    \
             SDFG_FUSED_IF(sdfg_f64x2, pd, ) default: SDFG_FUSED_LANES(V))
#else
#define SDFG_FUSED SDFG_FUSED_LANES
#endif
#endif

/* Functions of vectors of type V, as those of one number: `sdfg_fma_f32x8` and the like. */
#define SDFG_CHOOSE(name, V, condition, yes, no)                                                   \
    SDFG_INLINE V sdfg_##name##_##V(V a, V b)                                                      \
    {                                                                                              \
        typedef __typeof__(a < b) bits;                                                            \
        const bits chosen = condition;                                                             \
        return (V)((chosen & (bits)yes) | (~chosen & (bits)no));                                   \
    }
#define SDFG_VECTOR_FUNCTIONS(V)                                                                   \
    SDFG_INLINE V sdfg_fma_##V(V a, V b, V c) { return SDFG_FUSED(V); }                            \
    SDFG_CHOOSE(maximum, V, (a > b) | (a != a), a, b)                                              \
    SDFG_CHOOSE(minimum, V, (a < b) | (a != a), a, b)                                              \
    SDFG_CHOOSE(maxnum, V, (a > b) | (b != b), a, b)                                               \
    SDFG_CHOOSE(minnum, V, (a < b) | (b != b), a, b)

/*
 * Vectors of which n lanes count: the first n elements from p on, and 0 in all other lanes; the first n
 * lanes written to p on. No other element is touched.
 */
#define SDFG_ELEMENT(V) __typeof__(((V){0})[0])
#define SDFG_COUNT(V) __typeof__(((V){0} < (V){0})[0]) /* As wide as an element. */
#define SDFG_LANES(V) (SDFG_COUNT(V))(sizeof(V) / sizeof(SDFG_ELEMENT(V)))
#if defined(__AVX__) && !defined(__clang__)
/*
 * gcc makes loads and stores with masks of these loops. It must not know n: a mask that it knows becomes
 * a choice between two whole vectors, of which one is read from memory, also behind the end of an array.
 */
#define SDFG_HIDE(n) __asm__("" : "+r"(n))
#define SDFG_OF_LANES _Pragma("omp simd")
#define SDFG_STORE_FIRST(V)                                                                        \
    SDFG_ELEMENT(V) lanes[sizeof(V) / sizeof(SDFG_ELEMENT(V))];                                    \
    __builtin_memcpy(lanes, &value, sizeof value);                                                 \
    SDFG_HIDE(n);                                                                                  \
    SDFG_OF_LANES for (SDFG_COUNT(V) k = 0; k < SDFG_LANES(V); ++k)                                \
    {                                                                                              \
        if (k < n) {                                                                               \
            p[k] = lanes[k];                                                                       \
        }                                                                                          \
    }
#define SDFG_LOAD_FIRST(V)                                                                         \
    SDFG_ELEMENT(V) lanes[sizeof(V) / sizeof(SDFG_ELEMENT(V))];                                    \
    SDFG_HIDE(n);                                                                                  \
    SDFG_OF_LANES for (SDFG_COUNT(V) k = 0; k < SDFG_LANES(V); ++k)                                \
    {                                                                                              \
        lanes[k] = k < n ? p[k] : 0;                                                               \
    }                                                                                              \
    __builtin_memcpy(&value, lanes, sizeof value);
#elif defined(__clang__)
/* As few moves as possible where n is known. */
#define SDFG_STORE_FIRST(V) __builtin_memcpy(p, &value, (size_t)n * sizeof *p);
#define SDFG_LOAD_FIRST(V)                                                                         \
    __builtin_memset(&value, 0, sizeof value);                                                     \
    __builtin_memcpy(&value, p, (size_t)n * sizeof *p);
#else
/* The same for gcc, which would copy by way of memory. */
#define SDFG_STORE_FIRST(V)                                                                        \
    for (SDFG_COUNT(V) k = 0; k < SDFG_LANES(V); ++k) {                                            \
        if (k < n) {                                                                               \
            p[k] = value[k];                                                                       \
        }                                                                                          \
    }
#define SDFG_LOAD_FIRST(V)                                                                         \
    value = (V){0};                                                                                \
    for (SDFG_COUNT(V) k = 0; k < SDFG_LANES(V); ++k) {                                            \
        if (k < n) {                                                                               \
            value[k] = p[k];                                                                       \
        }                                                                                          \
    }
#endif
#define SDFG_FIRST_FUNCTIONS(V)                                                                    \
    SDFG_INLINE V sdfg_load_first_##V(const SDFG_ELEMENT(V) * p, SDFG_COUNT(V) n)                  \
    {                                                                                              \
        V value;                                                                                   \
        SDFG_LOAD_FIRST(V)                                                                         \
        return value;                                                                              \
    }                                                                                              \
    SDFG_INLINE void sdfg_store_first_##V(SDFG_ELEMENT(V) * p, V value, SDFG_COUNT(V) n)           \
    {                                                                                              \
        SDFG_STORE_FIRST(V)                                                                        \
    }

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
