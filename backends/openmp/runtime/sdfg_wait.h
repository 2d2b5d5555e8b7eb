/*
 * Waiting until another thread changes a number: a short time awake, then asleep.
 *
 * Awake, the change is seen at once; asleep, the thread takes no time from others. On Linux threads
 * sleep on the number itself (futex), elsewhere and with SDFG_WAIT_PORTABLE on a condition.
 */
#ifndef SDFG_WAIT_H
#define SDFG_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#if defined(__linux__) && !defined(SDFG_WAIT_PORTABLE)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#define SDFG_WAIT_FUTEX
#endif

/* How long to stay awake: a worker until the next loop, the caller until the end of this one. */
#ifndef SDFG_IDLE_NANOSECONDS
#define SDFG_IDLE_NANOSECONDS 50000 /* more than what lies between two layers of a model */
#endif
#ifndef SDFG_JOIN_NANOSECONDS
#define SDFG_JOIN_NANOSECONDS 10000 /* to sleep and be woken costs about as much */
#endif

/* A number that threads wait for. Only the functions below touch it once it is shared. */
typedef struct sdfg_signal {
    uint32_t value;
    uint32_t sleeping; /* how many threads are asleep, or about to be */
#if !defined(SDFG_WAIT_FUTEX)
    pthread_mutex_t mutex;
    pthread_cond_t changed;
#endif
} sdfg_signal;

static inline void sdfg_signal_init(sdfg_signal *signal)
{
    signal->value = 0;
    signal->sleeping = 0;
#if !defined(SDFG_WAIT_FUTEX)
    pthread_mutex_init(&signal->mutex, NULL);
    pthread_cond_init(&signal->changed, NULL);
#endif
}

static inline void sdfg_signal_exit(sdfg_signal *signal)
{
#if defined(SDFG_WAIT_FUTEX)
    (void)signal;
#else
    pthread_cond_destroy(&signal->changed);
    pthread_mutex_destroy(&signal->mutex);
#endif
}

static inline uint32_t sdfg_signal_value(sdfg_signal *signal)
{
    return __atomic_load_n(&signal->value, __ATOMIC_SEQ_CST);
}

/* Tell the processor that this is a loop which waits. */
static inline void sdfg_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline int64_t sdfg_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Asleep until the value is not `seen`; may return early. */
static inline void sdfg_signal_sleep(sdfg_signal *signal, uint32_t seen)
{
    /* Who changes the value looks for sleepers afterwards: one of both sees what the other did. */
    __atomic_fetch_add(&signal->sleeping, 1, __ATOMIC_SEQ_CST);
#if defined(SDFG_WAIT_FUTEX)
    if (sdfg_signal_value(signal) == seen) {
        (void)syscall(SYS_futex, &signal->value, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
#else
    pthread_mutex_lock(&signal->mutex);
    while (sdfg_signal_value(signal) == seen) {
        pthread_cond_wait(&signal->changed, &signal->mutex);
    }
    pthread_mutex_unlock(&signal->mutex);
#endif
    __atomic_fetch_sub(&signal->sleeping, 1, __ATOMIC_SEQ_CST);
}

/* Wake up to `threads` of those who sleep, after the value has changed. */
static inline void sdfg_signal_wake(sdfg_signal *signal, int threads)
{
    if (__atomic_load_n(&signal->sleeping, __ATOMIC_SEQ_CST) == 0) {
        return;
    }
#if defined(SDFG_WAIT_FUTEX)
    (void)syscall(SYS_futex, &signal->value, FUTEX_WAKE_PRIVATE, threads, NULL, NULL, 0);
#else
    (void)threads;
    pthread_mutex_lock(&signal->mutex);
    pthread_cond_broadcast(&signal->changed);
    pthread_mutex_unlock(&signal->mutex);
#endif
}

/* Wait until the value is not `seen`, at first awake for a time; returns what it is then. */
static inline uint32_t sdfg_signal_await(sdfg_signal *signal, uint32_t seen, int64_t nanoseconds)
{
    uint32_t value = sdfg_signal_value(signal);
    if (value == seen && nanoseconds > 0) {
        const int64_t end = sdfg_nanoseconds() + nanoseconds;
        do {
            for (int k = 0; k < 16 && value == seen; ++k) {
                sdfg_pause();
                value = sdfg_signal_value(signal);
            }
        } while (value == seen && sdfg_nanoseconds() < end);
    }
    while (value == seen) {
        sdfg_signal_sleep(signal, seen);
        value = sdfg_signal_value(signal);
    }
    return value;
}

#endif /* SDFG_WAIT_H */
