/*
 * Floating point: what C leaves undefined or to the library, defined and without branches, so that
 * loops around it become vector code.
 */
#ifndef SDFG_FLOAT_H
#define SDFG_FLOAT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sdfg_integer.h"

/* a * b + c, in one rounding only where the hardware does that: a library call costs too much. */
#if defined(__FMA__) || defined(__FP_FAST_FMAF) || defined(__aarch64__)
#define SDFG_FMA(a, b, c) __builtin_fmaf(a, b, c)
#define SDFG_FMA_IS_EXACT 1
#else
#define SDFG_FMA_IS_EXACT 0
#define SDFG_FMA(a, b, c) ((a) * (b) + (c))
#endif

SDFG_INLINE float sdfg_f32_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

SDFG_INLINE uint32_t sdfg_bits_of_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

SDFG_INLINE double sdfg_f64_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

SDFG_INLINE uint64_t sdfg_bits_of_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/*
 * The larger and the smaller number; NaN if either is NaN, as in NumPy, PyTorch and ONNX (maximum,
 * minimum). Which zero comes of two zeros of different sign is left open, as there. maxnum and
 * minnum prefer a number to NaN, as fmax and fmin do. The first choice is one instruction; a branch
 * in its place would often be mispredicted, one on NaN never is.
 */
SDFG_INLINE float sdfg_maximum_f32(float a, float b)
{
    const float chosen = a > b ? a : b;
    return a != a ? a : chosen;
}
SDFG_INLINE float sdfg_minimum_f32(float a, float b)
{
    const float chosen = a < b ? a : b;
    return a != a ? a : chosen;
}
SDFG_INLINE float sdfg_maxnum_f32(float a, float b)
{
    const float chosen = a > b ? a : b;
    return b != b ? a : chosen;
}
/* The larger of two numbers; where one is NaN, either. */
SDFG_INLINE float sdfg_larger_f32(float a, float b) { return a > b ? a : b; }
SDFG_INLINE double sdfg_larger_f64(double a, double b) { return a > b ? a : b; }
SDFG_INLINE float sdfg_minnum_f32(float a, float b)
{
    const float chosen = a < b ? a : b;
    return b != b ? a : chosen;
}
SDFG_INLINE double sdfg_maximum_f64(double a, double b)
{
    const double chosen = a > b ? a : b;
    return a != a ? a : chosen;
}
SDFG_INLINE double sdfg_minimum_f64(double a, double b)
{
    const double chosen = a < b ? a : b;
    return a != a ? a : chosen;
}
SDFG_INLINE double sdfg_maxnum_f64(double a, double b)
{
    const double chosen = a > b ? a : b;
    return b != b ? a : chosen;
}
SDFG_INLINE double sdfg_minnum_f64(double a, double b)
{
    const double chosen = a < b ? a : b;
    return b != b ? a : chosen;
}

/* To the nearest integer, halves to even: the rounding mode that programs start with. */
SDFG_INLINE float sdfg_roundeven_f32(float value) { return __builtin_rintf(value); }
SDFG_INLINE double sdfg_roundeven_f64(double value) { return __builtin_rint(value); }

/*
 * To integers, towards zero. To 32 and 64 bits signed, and to 64 bits unsigned, what is too large
 * becomes the largest value, what is too small the smallest, NaN 0. Narrower types take the lower
 * bits of that, so that -1.0 gives 255 as unsigned 8 bits, as in NumPy and PyTorch on most machines.
 */
SDFG_INLINE int32_t sdfg_i32_from_f32(float value)
{
    float clamped = value >= -0x1p31f ? (value < 0x1p31f ? value : 0.0f) : 0.0f;
    int32_t inside = (int32_t)clamped;
    inside = value >= 0x1p31f ? INT32_MAX : inside;
    return value < -0x1p31f ? INT32_MIN : inside;
}

SDFG_INLINE int64_t sdfg_i64_from_f64(double value)
{
    double clamped = value >= -0x1p63 ? (value < 0x1p63 ? value : 0.0) : 0.0;
    int64_t inside = (int64_t)clamped;
    inside = value >= 0x1p63 ? INT64_MAX : inside;
    return value < -0x1p63 ? INT64_MIN : inside;
}

SDFG_INLINE int32_t sdfg_i32_from_f64(double value)
{
    double clamped = value > -0x1p31 - 1 ? (value < 0x1p31 ? value : 0.0) : 0.0;
    int32_t inside = (int32_t)clamped;
    inside = value >= 0x1p31 ? INT32_MAX : inside;
    return value <= -0x1p31 - 1 ? INT32_MIN : inside;
}

SDFG_INLINE uint64_t sdfg_u64_from_f64(double value)
{
    if (!(value >= 0x1p63)) {
        return (uint64_t)sdfg_i64_from_f64(value);
    }
    return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

SDFG_INLINE int64_t sdfg_i64_from_f32(float value) { return sdfg_i64_from_f64(value); }
SDFG_INLINE uint64_t sdfg_u64_from_f32(float value) { return sdfg_u64_from_f64(value); }

#define SDFG_NARROW_CONVERSIONS(f, F)                                                              \
    SDFG_INLINE int8_t sdfg_i8_from_##f(F value) { return (int8_t)sdfg_i32_from_##f(value); }      \
    SDFG_INLINE int16_t sdfg_i16_from_##f(F value) { return (int16_t)sdfg_i32_from_##f(value); }   \
    SDFG_INLINE uint8_t sdfg_u8_from_##f(F value) { return (uint8_t)sdfg_i32_from_##f(value); }    \
    SDFG_INLINE uint16_t sdfg_u16_from_##f(F value)                                                \
    {                                                                                              \
        return (uint16_t)sdfg_i32_from_##f(value);                                                 \
    }                                                                                              \
    SDFG_INLINE uint32_t sdfg_u32_from_##f(F value)                                                \
    {                                                                                              \
        return (uint32_t)sdfg_i64_from_##f(value);                                                 \
    }

SDFG_NARROW_CONVERSIONS(f32, float)
SDFG_NARROW_CONVERSIONS(f64, double)

#undef SDFG_NARROW_CONVERSIONS

#endif /* SDFG_FLOAT_H */
