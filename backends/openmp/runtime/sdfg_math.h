/*
 * Functions of numbers that become vector code in loops: no branches, no tables, no calls. Next to
 * each stands its largest error in units of the last place of the result (ulp), measured against
 * functions of higher precision; in brackets without hardware for fused multiply-add. Zeros,
 * infinities and NaN are those of the C library. A test measures all of them.
 */
#ifndef SDFG_MATH_H
#define SDFG_MATH_H

#include "sdfg_float.h"

/* 2^n e^r of an x = n ln 2 + r, n to the nearest: a polynomial for e^r, and n + bias as an integer. */
struct sdfg_exp_f32_parts {
    float mantissa;
    uint32_t exponent;
};

SDFG_INLINE struct sdfg_exp_f32_parts sdfg_exp_parts_f32(float x, uint32_t bias)
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

/* 1.1 ulp (1.1). */
SDFG_INLINE float sdfg_exp_f32(float x)
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
SDFG_INLINE float sdfg_exp_normal_f32(float x)
{
    struct sdfg_exp_f32_parts parts = sdfg_exp_parts_f32(x, 127);
    return parts.mantissa * sdfg_f32_of_bits(parts.exponent << 23);
}

/*
 * exp of numbers that are at most 0, such as the difference from a maximum; 0 where the result would
 * be smaller than any normal number. 2.2 ulp near 0, 4.8 at -87 (2.3): one constant for
 * ln 2 where its multiples are exact, because rounding the difference has cost more than it loses.
 */
SDFG_INLINE float sdfg_exp_nonpositive_f32(float x)
{
    const float magic = 12582912.0f + 127.0f;
    float shifted = SDFG_FMA(x, 1.44269504f, magic);
    float n = shifted - magic;
#if SDFG_FMA_IS_EXACT
    float r = SDFG_FMA(n, -0.693147182f, x);
#else
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
#endif
    float p = 0.00829027211f;
    p = SDFG_FMA(p, r, 0.0418981596f);
    p = SDFG_FMA(p, r, 0.166676381f);
    p = SDFG_FMA(p, r, 0.499991478f);
    p = SDFG_FMA(p, r, 0.999999706f);
    p = SDFG_FMA(p, r, 1.0f);
    p *= sdfg_f32_of_bits(sdfg_bits_of_f32(shifted) << 23); /* it ends in n + 127 */
    return x < -87.3365402f ? 0.0f : p;                     /* NaN stays */
}

/* After Norbert Juffa: exp(-polynomial) far from zero, an odd polynomial near it. 1.1 ulp (1.3). */
SDFG_INLINE float sdfg_erf_f32(float x)
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

/* 1.4 ulp (1.4). */
SDFG_INLINE float sdfg_tanh_f32(float x)
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

/* After Norbert Juffa. The significand is brought to 2/3 .. 4/3. 0.9 ulp (1.2). */
SDFG_INLINE float sdfg_log_f32(float x)
{
    bool small = x < 0x1p-126f;
    float scaled = small ? x * 0x1p23f : x;
    uint32_t bits = sdfg_bits_of_f32(scaled);
    uint32_t exponent = (bits - 0x3f2aaaabu) & 0xff800000u;
    float m = sdfg_f32_of_bits(bits - exponent) - 1.0f;
    float n = SDFG_FMA((float)(int32_t)exponent, 0x1p-23f, small ? -23.0f : 0.0f);
    float s = m * m;
    float even = -0.130310059f, odd = 0.140869141f, result;
    even = SDFG_FMA(even, s, -0.121483512f);
    odd = SDFG_FMA(odd, s, 0.139814854f);
    even = SDFG_FMA(even, s, -0.166846126f);
    odd = SDFG_FMA(odd, s, 0.200120345f);
    even = SDFG_FMA(even, s, -0.249996200f);
    result = SDFG_FMA(odd, m, even);
    result = SDFG_FMA(result, m, 0.333331972f);
    result = SDFG_FMA(result, m, -0.5f);
    result = SDFG_FMA(result, s, m);
    result = SDFG_FMA(n, 0.693147182f, result);
    result = x < INFINITY ? result : x; /* infinity and NaN */
    result = x == 0.0f ? -INFINITY : result;
    return x < 0.0f ? NAN : result;
}

/* log(1 + x), with what the sum loses added to the first order. 1.6 ulp (1.6). */
SDFG_INLINE float sdfg_log1p_f32(float x)
{
    float sum = 1.0f + x;
    float lost = x - (sum - 1.0f);
    float result = sdfg_log_f32(sum) + lost / sum;
    result = __builtin_fabsf(x) < 0x1p-24f ? x : result;
    return x > -1.0f && x < INFINITY ? result : sdfg_log_f32(sum);
}

/* ln of a positive normal number. 2 ulp. */
SDFG_INLINE double sdfg_log_normal_f64(double x)
{
    uint64_t bits = sdfg_bits_of_f64(x);
    uint64_t exponent = (bits - 0x3fe6a09e667f3bcdu) & 0xfff0000000000000u; /* sqrt(1/2) */
    double m = sdfg_f64_of_bits(bits - exponent);
    double n = (double)((int32_t)(uint32_t)(exponent >> 32) / (1 << 20));
    double f = (m - 1.0) / (m + 1.0), s = f * f, p = 1.0 / 21;
    p = p * s + 1.0 / 19;
    p = p * s + 1.0 / 17;
    p = p * s + 1.0 / 15;
    p = p * s + 1.0 / 13;
    p = p * s + 1.0 / 11;
    p = p * s + 1.0 / 9;
    p = p * s + 1.0 / 7;
    p = p * s + 1.0 / 5;
    p = p * s + 1.0 / 3;
    return n * 0.693147180369123816490 + (2.0 * f + (2.0 * f * s * p + n * 1.90821492927058770002e-10));
}

SDFG_INLINE double sdfg_log_f64(double x)
{
    bool small = x < 0x1p-1022;
    double scaled = small ? x * 0x1p54 : x;
    double inside = scaled > 0.0 && scaled < INFINITY ? scaled : 1.0;
    double result = sdfg_log_normal_f64(inside);
    result = small ? result - 37.429947750237048 : result;
    result = x < INFINITY ? result : x; /* infinity and NaN */
    result = x == 0.0 ? -INFINITY : result;
    return x < 0.0 ? NAN : result;
}

/* 2^n e^r of an x = n ln 2 + r, n to the nearest: a polynomial for e^r, and n. */
struct sdfg_exp_f64_parts {
    double mantissa;
    int32_t exponent;
};

SDFG_INLINE struct sdfg_exp_f64_parts sdfg_exp_parts_f64(double x)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: the sum ends in an integer */
    struct sdfg_exp_f64_parts parts;
    uint64_t shifted = sdfg_bits_of_f64(x * 1.4426950408889634 + magic);
    double n, r, p = 1.0 / 6227020800;
    parts.exponent = (int32_t)(uint32_t)(shifted - sdfg_bits_of_f64(magic));
    n = (double)parts.exponent;
    r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    parts.mantissa = (p * r * r + r) + 1.0;
    return parts;
}

SDFG_INLINE double sdfg_power_of_two_f64(int32_t exponent)
{
    return sdfg_f64_of_bits((uint64_t)(uint32_t)(exponent + 1023) << 52);
}

/* 1 ulp. */
SDFG_INLINE double sdfg_exp_f64(double x)
{
    double bounded = x > 710.0 ? 710.0 : x < -746.0 ? -746.0 : x;
    struct sdfg_exp_f64_parts parts = sdfg_exp_parts_f64(bounded == bounded ? bounded : 0.0);
    /* 2^n in two factors, for results below the smallest and above the largest normal number */
    int32_t half = parts.exponent >> 1;
    double result = parts.mantissa * sdfg_power_of_two_f64(half);
    result *= sdfg_power_of_two_f64(parts.exponent - half);
    return x == x ? result : x;
}

SDFG_INLINE double sdfg_exp_nonpositive_f64(double x) { return sdfg_exp_f64(x); }

/* After Stephen Moshier's Cephes: a rational function near zero. 1.4 ulp. */
SDFG_INLINE double sdfg_tanh_f64(double x)
{
    double magnitude = __builtin_fabs(x);
    double t = magnitude > 20.0 ? 20.0 : magnitude == magnitude ? magnitude : 0.0;
    double s = t * t;
    struct sdfg_exp_f64_parts parts = sdfg_exp_parts_f64(t + t);
    double power = parts.mantissa * sdfg_power_of_two_f64(parts.exponent);
    double far = 1.0 - 2.0 / (power + 1.0);
    double over = -9.64399179425052238628e-1, under = s + 1.12811678491632931402e2;
    over = over * s - 9.92877231001918586564e1;
    over = over * s - 1.61468768441708447952e3;
    under = under * s + 2.23548839060100448583e3;
    under = under * s + 4.84406305325125486048e3;
    far = t > 0.625 ? far : t + t * s * (over / under);
    return x == x ? __builtin_copysign(far, x) : x;
}

/* Through double precision. 0.51 ulp. */
SDFG_INLINE float sdfg_pow_f32(float x, float y)
{
    float magnitude = __builtin_fabsf(x);
    float half = y * 0.5f;
    bool whole = __builtin_truncf(y) == y;
    bool odd = whole && __builtin_truncf(half) != half;
    bool inside = magnitude > 0.0f && magnitude < INFINITY;
    double exponent = (double)y * sdfg_log_normal_f64(inside ? (double)magnitude : 1.0);
    double bounded = exponent > 120.0 ? 120.0 : exponent < -120.0 ? -120.0 : exponent;
    struct sdfg_exp_f64_parts parts = sdfg_exp_parts_f64(bounded == bounded ? bounded : 0.0);
    float result = (float)(parts.mantissa * sdfg_power_of_two_f64(parts.exponent));
    float edge = (magnitude == 0.0f) == (y > 0.0f) ? 0.0f : INFINITY;
    result = inside ? result : edge;
    result = magnitude == 1.0f ? 1.0f : result;
    result = odd ? __builtin_copysignf(result, x) : result;
    result = x < 0.0f && !whole && inside ? NAN : result;
    result = x != x || y != y ? NAN : result;
    return y == 0.0f || x == 1.0f ? 1.0f : result;
}

/* What is left to the C library: correct, and no vector code. */
SDFG_INLINE double sdfg_erf_f64(double x) { return erf(x); }
SDFG_INLINE double sdfg_log1p_f64(double x) { return log1p(x); }
SDFG_INLINE double sdfg_pow_f64(double x, double y) { return pow(x, y); }

#endif /* SDFG_MATH_H */
