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

/* a * b + c, in one rounding only where the hardware does that: a library call costs too much. */
#if defined(__FMA__) || defined(__FP_FAST_FMAF) || defined(__aarch64__)
#define SDFG_FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define SDFG_FMA(a, b, c) ((a) * (b) + (c))
#endif

static inline float sdfg_f32_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t sdfg_bits_of_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double sdfg_f64_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t sdfg_bits_of_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/*
 * The larger and the smaller number; NaN if either is NaN, as in NumPy, PyTorch and ONNX (maximum,
 * minimum). Which zero comes of two zeros of different sign is left open, as there. maxnum and
 * minnum prefer a number to NaN, as fmax and fmin do.
 */
static inline float sdfg_maximum_f32(float a, float b) { return a > b || a != a ? a : b; }
static inline float sdfg_minimum_f32(float a, float b) { return a < b || a != a ? a : b; }
static inline float sdfg_maxnum_f32(float a, float b) { return a > b || b != b ? a : b; }
static inline float sdfg_minnum_f32(float a, float b) { return a < b || b != b ? a : b; }
static inline double sdfg_maximum_f64(double a, double b) { return a > b || a != a ? a : b; }
static inline double sdfg_minimum_f64(double a, double b) { return a < b || a != a ? a : b; }
static inline double sdfg_maxnum_f64(double a, double b) { return a > b || b != b ? a : b; }
static inline double sdfg_minnum_f64(double a, double b) { return a < b || b != b ? a : b; }

/* To the nearest integer, halves to even: the rounding mode that programs start with. */
static inline float sdfg_roundeven_f32(float value) { return __builtin_rintf(value); }
static inline double sdfg_roundeven_f64(double value) { return __builtin_rint(value); }

/*
 * To integers, towards zero. To 32 and 64 bits signed, and to 64 bits unsigned, what is too large
 * becomes the largest value, what is too small the smallest, NaN 0. Narrower types take the lower
 * bits of that, so that -1.0 gives 255 as unsigned 8 bits, as in NumPy and PyTorch on most machines.
 */
static inline int32_t sdfg_i32_from_f32(float value)
{
    float clamped = value >= -0x1p31f ? (value < 0x1p31f ? value : 0.0f) : 0.0f;
    int32_t inside = (int32_t)clamped;
    inside = value >= 0x1p31f ? INT32_MAX : inside;
    return value < -0x1p31f ? INT32_MIN : inside;
}

static inline int64_t sdfg_i64_from_f64(double value)
{
    double clamped = value >= -0x1p63 ? (value < 0x1p63 ? value : 0.0) : 0.0;
    int64_t inside = (int64_t)clamped;
    inside = value >= 0x1p63 ? INT64_MAX : inside;
    return value < -0x1p63 ? INT64_MIN : inside;
}

static inline int32_t sdfg_i32_from_f64(double value)
{
    double clamped = value > -0x1p31 - 1 ? (value < 0x1p31 ? value : 0.0) : 0.0;
    int32_t inside = (int32_t)clamped;
    inside = value >= 0x1p31 ? INT32_MAX : inside;
    return value <= -0x1p31 - 1 ? INT32_MIN : inside;
}

static inline uint64_t sdfg_u64_from_f64(double value)
{
    if (!(value >= 0x1p63)) {
        return (uint64_t)sdfg_i64_from_f64(value);
    }
    return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

static inline int64_t sdfg_i64_from_f32(float value) { return sdfg_i64_from_f64(value); }
static inline uint64_t sdfg_u64_from_f32(float value) { return sdfg_u64_from_f64(value); }

#define SDFG_NARROW_CONVERSIONS(f, F)                                                              \
    static inline int8_t sdfg_i8_from_##f(F value) { return (int8_t)sdfg_i32_from_##f(value); }    \
    static inline int16_t sdfg_i16_from_##f(F value) { return (int16_t)sdfg_i32_from_##f(value); } \
    static inline uint8_t sdfg_u8_from_##f(F value) { return (uint8_t)sdfg_i32_from_##f(value); }  \
    static inline uint16_t sdfg_u16_from_##f(F value)                                              \
    {                                                                                              \
        return (uint16_t)sdfg_i32_from_##f(value);                                                 \
    }                                                                                              \
    static inline uint32_t sdfg_u32_from_##f(F value)                                              \
    {                                                                                              \
        return (uint32_t)sdfg_i64_from_##f(value);                                                 \
    }

SDFG_NARROW_CONVERSIONS(f32, float)
SDFG_NARROW_CONVERSIONS(f64, double)

#undef SDFG_NARROW_CONVERSIONS

/*
 * exp, erf and tanh of a float: at most 1.5 units in the last place off (measured over all floats;
 * 2.5 without hardware for fused multiply-add), with the limits of the C library's functions. The
 * C library's cannot be inlined, and a loop around a call is no vector code.
 */

/* 2^n e^r of an x = n ln 2 + r, n to the nearest: a polynomial for e^r, and n + bias as an integer. */
struct sdfg_exp_f32_parts {
    float mantissa;
    uint32_t exponent;
};

static inline struct sdfg_exp_f32_parts sdfg_exp_parts_f32(float x, uint32_t bias)
{
    const float magic = 12582912.0f + (float)bias; /* 1.5 * 2^23: the sum ends in an integer */
    struct sdfg_exp_f32_parts parts;
    float n, r, s, low, high, polynomial;
    parts.exponent = sdfg_bits_of_f32(SDFG_FMA(x, 1.44269504f, magic));
    n = (float)(int32_t)(parts.exponent - sdfg_bits_of_f32(magic));
    /* the first part of ln 2 has few bits: its multiples are exact */
    r = SDFG_FMA(n, -0.693359375f, x);
    r = SDFG_FMA(n, 2.12194440e-4f, r);
    s = r * r;
    high = SDFG_FMA(0.0013814467f, r, 0.008368781f);
    low = SDFG_FMA(0.041668393f, r, 0.1666652f);
    polynomial = SDFG_FMA(SDFG_FMA(high, s, low), r, 0.49999994f);
    parts.mantissa = SDFG_FMA(polynomial, s, r) + 1.0f;
    return parts;
}

static inline float sdfg_exp_f32(float x)
{
    struct sdfg_exp_f32_parts parts = sdfg_exp_parts_f32(x, 254);
    /* 2^n in two factors, for results below the smallest and above the largest normal number */
    uint32_t half = parts.exponent << 22 & 0xff800000u;
    uint32_t rest = (parts.exponent << 23) - half;
    float result = parts.mantissa * sdfg_f32_of_bits(half) * sdfg_f32_of_bits(rest);
    result = x > 89.0f ? INFINITY : result;
    return x < -104.0f ? 0.0f : result; /* NaN stays */
}

/* exp where the result is a normal number. */
static inline float sdfg_exp_normal_f32(float x)
{
    struct sdfg_exp_f32_parts parts = sdfg_exp_parts_f32(x, 127);
    return parts.mantissa * sdfg_f32_of_bits(parts.exponent << 23);
}

/* After Norbert Juffa: exp(-polynomial) far from zero, an odd polynomial near it. */
static inline float sdfg_erf_f32(float x)
{
    float magnitude = __builtin_fabsf(x);
    float t = magnitude > 4.0f ? 4.0f : magnitude;
    float s = t * t;
    float far, odd, near;
    far = SDFG_FMA(-1.72853470e-5f, t, 3.83197126e-4f);
    odd = SDFG_FMA(-3.88396438e-3f, t, 2.42546219e-2f);
    far = SDFG_FMA(far, s, odd);
    far = SDFG_FMA(far, t, -1.06777877e-1f);
    far = SDFG_FMA(far, t, -6.34846687e-1f);
    far = SDFG_FMA(far, t, -1.28717512e-1f);
    far = SDFG_FMA(far, t, -t);
    far = 1.0f - sdfg_exp_normal_f32(far);
    near = -5.96761703e-4f;
    near = SDFG_FMA(near, s, 4.99119423e-3f);
    near = SDFG_FMA(near, s, -2.67681349e-2f);
    near = SDFG_FMA(near, s, 1.12819925e-1f);
    near = SDFG_FMA(near, s, -3.76125336e-1f);
    near = SDFG_FMA(near, s, 1.28379166e-1f);
    near = SDFG_FMA(near, t, t);
    return __builtin_copysignf(t > 0.927734375f ? far : near, x);
}

static inline float sdfg_tanh_f32(float x)
{
    float magnitude = __builtin_fabsf(x);
    float t = magnitude > 10.0f ? 10.0f : magnitude;
    float s = t * t;
    float far = 1.0f - 2.0f / (sdfg_exp_normal_f32(t + t) + 1.0f);
    float near = -0.0057049864f;
    near = SDFG_FMA(near, s, 0.020639086f);
    near = SDFG_FMA(near, s, -0.053739715f);
    near = SDFG_FMA(near, s, 0.13331442f);
    near = SDFG_FMA(near, s, -0.3333328f);
    near = SDFG_FMA(near * s, t, t);
    return __builtin_copysignf(t > 0.625f ? far : near, x);
}

static inline double sdfg_exp_f64(double x) { return exp(x); }
static inline double sdfg_erf_f64(double x) { return erf(x); }
static inline double sdfg_tanh_f64(double x) { return tanh(x); }

#endif /* SDFG_FLOAT_H */
