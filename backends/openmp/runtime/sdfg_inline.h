/* Functions of numbers are always part of the code around them: loops with calls are no vector code. */
#ifndef SDFG_INLINE_H
#define SDFG_INLINE_H

#define SDFG_INLINE __attribute__((always_inline)) static inline

#endif /* SDFG_INLINE_H */
