/*
 * The 16-bit floating-point formats, as storage: arithmetic is done in float.
 *
 * The conversions are written with integers: compilers make vector code of that, which they do not
 * of _Float16 on all machines. Conversion from float rounds to nearest, ties to even; NaN stays NaN,
 * and what is too large becomes infinite.
 */
#ifndef SDFG_FLOAT16_H
#define SDFG_FLOAT16_H

#include <stdint.h>
#include <string.h>

#include "sdfg_float.h"

typedef uint16_t sdfg_f16; /* IEEE binary16 */
typedef uint16_t sdfg_bf16; /* the upper half of a float */

SDFG_INLINE float sdfg_f32_from_bf16(sdfg_bf16 value)
{
    return sdfg_f32_of_bits((uint32_t)value << 16);
}

SDFG_INLINE sdfg_bf16 sdfg_bf16_from_f32(float value)
{
    uint32_t bits = sdfg_bits_of_f32(value);
    uint32_t rounded = (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16;
    uint32_t quiet = bits >> 16 | 0x40U;
    return (sdfg_bf16)(value != value ? quiet : rounded);
}

/* By scaling with a power of two: the exponent moves, and the hardware handles subnormals. */
SDFG_INLINE float sdfg_f32_from_f16(sdfg_f16 value)
{
    uint32_t magnitude = (uint32_t)(value & 0x7FFFU) << 13;
    uint32_t sign = (uint32_t)(value & 0x8000U) << 16;
    float scaled = sdfg_f32_of_bits(magnitude) * 0x1p112f;
    uint32_t special = magnitude | 0x7F800000U; /* infinity or NaN */
    uint32_t bits = (value & 0x7C00U) == 0x7C00U ? special : sdfg_bits_of_f32(scaled);
    return sdfg_f32_of_bits(sign | bits);
}

SDFG_INLINE sdfg_f16 sdfg_f16_from_f32(float value)
{
    uint32_t bits = sdfg_bits_of_f32(value);
    uint32_t sign = bits >> 16 & 0x8000U;
    uint32_t magnitude = bits & 0x7FFFFFFFU;
    /* The last bit of 0.5f is 2^-24, that of the subnormals: the addition rounds there. */
    uint32_t small = sdfg_bits_of_f32(sdfg_f32_of_bits(magnitude) + 0.5f) - 0x3F000000U;
    uint32_t normal = (magnitude + 0xFFFU + (magnitude >> 13 & 1U) - 0x38000000U) >> 13;
    uint32_t result = magnitude < 0x38800000U ? small : normal;
    result = magnitude >= 0x477FF000U ? 0x7C00U : result; /* rounds to 65536 or more */
    result = value != value ? 0x7E00U | (magnitude >> 13 & 0x3FFU) : result;
    return (sdfg_f16)(sign | result);
}

#endif /* SDFG_FLOAT16_H */
