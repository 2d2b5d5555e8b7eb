/*
 * Integer arithmetic with a result for every input, and without undefined behaviour.
 *
 * Sums, differences and products wrap around. Division by zero gives 0, as in NumPy, for quotient
 * and remainder; the smallest number divided by -1 is itself. Shifting by the width or more shifts
 * everything out. The functions exist per type, with the suffixes i8 .. i64 and u8 .. u64.
 */
#ifndef SDFG_INTEGER_H
#define SDFG_INTEGER_H

#include <stdbool.h>
#include <stdint.h>

/* Functions of numbers are always part of the code around them: loops with calls are no vector code. */
#define SDFG_INLINE __attribute__((always_inline)) static inline

/* Sizes and indices: 64 bits, and they do not overflow in a program that fits into memory. */

SDFG_INLINE int64_t sdfg_min(int64_t a, int64_t b) { return a < b ? a : b; }
SDFG_INLINE int64_t sdfg_max(int64_t a, int64_t b) { return a > b ? a : b; }

/* a / b rounded towards minus infinity; 0 for b = 0. */
SDFG_INLINE int64_t sdfg_floordiv(int64_t a, int64_t b)
{
    if (b == 0) {
        return 0;
    }
    if (b == -1) {
        return (int64_t)(0 - (uint64_t)a);
    }
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* a - b * floordiv(a, b): has the sign of b. */
SDFG_INLINE int64_t sdfg_floormod(int64_t a, int64_t b)
{
    int64_t rest = b == 0 || b == -1 ? 0 : a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* a / b rounded towards infinity; 0 for b = 0. */
SDFG_INLINE int64_t sdfg_ceildiv(int64_t a, int64_t b)
{
    if (b == 0) {
        return 0;
    }
    if (b == -1) {
        return (int64_t)(0 - (uint64_t)a);
    }
    return a / b + (a % b != 0 && (a < 0) == (b < 0));
}

/*
 * For each width: `s` and `S` are the suffix and the type of the signed integer, `u` and `U` those
 * of the unsigned one; `W` is an unsigned type that C does not widen to a signed one.
 */
#define SDFG_INTEGER_FUNCTIONS(s, S, u, U, W, BITS)                                                \
    SDFG_INLINE S sdfg_add_##s(S a, S b) { return (S)(U)((W)a + (W)b); }                           \
    SDFG_INLINE S sdfg_sub_##s(S a, S b) { return (S)(U)((W)a - (W)b); }                           \
    SDFG_INLINE S sdfg_mul_##s(S a, S b) { return (S)(U)((W)a * (W)b); }                           \
    SDFG_INLINE S sdfg_neg_##s(S a) { return (S)(U)((W)0 - (W)a); }                                \
    SDFG_INLINE S sdfg_abs_##s(S a) { return a < 0 ? sdfg_neg_##s(a) : a; }                        \
    SDFG_INLINE S sdfg_min_##s(S a, S b) { return a < b ? a : b; }                                 \
    SDFG_INLINE S sdfg_max_##s(S a, S b) { return a > b ? a : b; }                                 \
    SDFG_INLINE S sdfg_div_##s(S a, S b)                                                           \
    {                                                                                              \
        return b == 0 ? (S)0 : b == -1 ? sdfg_neg_##s(a) : (S)(a / b);                             \
    }                                                                                              \
    SDFG_INLINE S sdfg_rem_##s(S a, S b) { return b == 0 || b == -1 ? (S)0 : (S)(a % b); }         \
    SDFG_INLINE S sdfg_floordiv_##s(S a, S b) { return (S)sdfg_floordiv(a, b); }                   \
    SDFG_INLINE S sdfg_floormod_##s(S a, S b) { return (S)sdfg_floormod(a, b); }                   \
    SDFG_INLINE S sdfg_ceildiv_##s(S a, S b) { return (S)sdfg_ceildiv(a, b); }                     \
    SDFG_INLINE S sdfg_shl_##s(S a, S n)                                                           \
    {                                                                                              \
        return (U)n < BITS ? (S)(U)((W)(U)a << (U)n) : (S)0;                                       \
    }                                                                                              \
    SDFG_INLINE S sdfg_shr_##s(S a, S n)                                                           \
    {                                                                                              \
        return (S)(a >> ((U)n < BITS ? (U)n : (U)(BITS - 1)));                                     \
    }                                                                                              \
    SDFG_INLINE U sdfg_add_##u(U a, U b) { return (U)((W)a + (W)b); }                              \
    SDFG_INLINE U sdfg_sub_##u(U a, U b) { return (U)((W)a - (W)b); }                              \
    SDFG_INLINE U sdfg_mul_##u(U a, U b) { return (U)((W)a * (W)b); }                              \
    SDFG_INLINE U sdfg_neg_##u(U a) { return (U)((W)0 - (W)a); }                                   \
    SDFG_INLINE U sdfg_min_##u(U a, U b) { return a < b ? a : b; }                                 \
    SDFG_INLINE U sdfg_max_##u(U a, U b) { return a > b ? a : b; }                                 \
    SDFG_INLINE U sdfg_div_##u(U a, U b) { return b == 0 ? (U)0 : (U)(a / b); }                    \
    SDFG_INLINE U sdfg_rem_##u(U a, U b) { return b == 0 ? (U)0 : (U)(a % b); }                    \
    SDFG_INLINE U sdfg_ceildiv_##u(U a, U b)                                                       \
    {                                                                                              \
        return b == 0 ? (U)0 : (U)(a / b + (a % b != 0));                                          \
    }                                                                                              \
    SDFG_INLINE U sdfg_shl_##u(U a, U n) { return n < BITS ? (U)((W)a << n) : (U)0; }              \
    SDFG_INLINE U sdfg_shr_##u(U a, U n) { return n < BITS ? (U)((W)a >> n) : (U)0; }              \
    /* base to the power of an exponent >= 0; for a negative one what 1 / base^n truncates to */   \
    static inline S sdfg_pow_##s(S base, S exponent)                                               \
    {                                                                                              \
        U result = 1;                                                                              \
        U square = (U)base;                                                                        \
        if (exponent < 0) {                                                                        \
            return base == 1 ? (S)1 : base == -1 ? (S)(exponent % 2 == 0 ? 1 : -1) : (S)0;         \
        }                                                                                          \
        for (U bits = (U)exponent; bits != 0; bits = (U)(bits >> 1)) {                             \
            result = bits & 1 ? (U)((W)result * (W)square) : result;                               \
            square = (U)((W)square * (W)square);                                                   \
        }                                                                                          \
        return (S)result;                                                                          \
    }                                                                                              \
    /* leading and trailing zeros (the width for 0), and ones */                                   \
    SDFG_INLINE S sdfg_ctlz_##s(S a)                                                               \
    {                                                                                              \
        return a == 0 ? (S)BITS : (S)(__builtin_clzll((uint64_t)(U)a) - (64 - BITS));              \
    }                                                                                              \
    SDFG_INLINE S sdfg_cttz_##s(S a)                                                               \
    {                                                                                              \
        return a == 0 ? (S)BITS : (S)__builtin_ctzll((uint64_t)(U)a);                              \
    }                                                                                              \
    SDFG_INLINE S sdfg_ctpop_##s(S a) { return (S)__builtin_popcountll((uint64_t)(U)a); }

SDFG_INTEGER_FUNCTIONS(i8, int8_t, u8, uint8_t, uint32_t, 8)
SDFG_INTEGER_FUNCTIONS(i16, int16_t, u16, uint16_t, uint32_t, 16)
SDFG_INTEGER_FUNCTIONS(i32, int32_t, u32, uint32_t, uint32_t, 32)
SDFG_INTEGER_FUNCTIONS(i64, int64_t, u64, uint64_t, uint64_t, 64)

#undef SDFG_INTEGER_FUNCTIONS

#endif /* SDFG_INTEGER_H */
