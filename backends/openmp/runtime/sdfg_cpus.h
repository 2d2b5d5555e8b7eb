/* The CPUs that a model may use: how many there are, and threads bound to one each. */
#ifndef SDFG_CPUS_H
#define SDFG_CPUS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#define SDFG_MOST_CPUS 4096 /* as many as Linux can number today */
#define SDFG_MOST_THREADS 1024

/* A set of CPUs, as Linux has it: a bit for each. */
typedef struct sdfg_cpus {
    unsigned long bits[SDFG_MOST_CPUS / (8 * sizeof(unsigned long))];
} sdfg_cpus;

/* The CPUs that the calling thread may run on; an empty set where the system does not say. */
static inline sdfg_cpus sdfg_allowed_cpus(void)
{
    sdfg_cpus cpus;
    memset(&cpus, 0, sizeof cpus);
#if defined(__linux__)
    if (syscall(SYS_sched_getaffinity, 0, sizeof cpus, cpus.bits) < 0) {
        memset(&cpus, 0, sizeof cpus);
    }
#endif
    return cpus;
}

static inline int sdfg_cpu_count(const sdfg_cpus *cpus)
{
    int count = 0;
    for (size_t k = 0; k < sizeof cpus->bits / sizeof cpus->bits[0]; ++k) {
        count += __builtin_popcountl(cpus->bits[k]);
    }
    return count;
}

/* Bind the calling thread to the CPU at `place` of a set; without effect where that is refused. */
static inline void sdfg_bind_thread(const sdfg_cpus *cpus, int place)
{
#if defined(__linux__)
    const size_t width = 8 * sizeof(unsigned long);
    for (size_t cpu = 0; cpu < SDFG_MOST_CPUS; ++cpu) {
        const unsigned long bit = 1UL << cpu % width;
        if ((cpus->bits[cpu / width] & bit) != 0 && place-- == 0) {
            sdfg_cpus one;
            memset(&one, 0, sizeof one);
            one.bits[cpu / width] = bit;
            (void)syscall(SYS_sched_setaffinity, 0, sizeof one, one.bits);
            return;
        }
    }
#else
    (void)cpus;
    (void)place;
#endif
}

/*
 * Let the calling thread leave `cpu` for another one that it may use, where there is one: a thread
 * that is woken often lands beside the one that woke it, and the system takes milliseconds to part
 * them. Afterwards it may run wherever it could before.
 */
static inline void sdfg_leave_cpu(int cpu)
{
#if defined(__linux__)
    const size_t width = 8 * sizeof(unsigned long);
    const sdfg_cpus before = sdfg_allowed_cpus();
    if (cpu >= 0 && cpu < SDFG_MOST_CPUS && sdfg_cpu_count(&before) > 1) {
        sdfg_cpus others = before;
        others.bits[(size_t)cpu / width] &= ~(1UL << (size_t)cpu % width);
        (void)syscall(SYS_sched_setaffinity, 0, sizeof others, others.bits);
        (void)syscall(SYS_sched_setaffinity, 0, sizeof before, before.bits);
    }
#else
    (void)cpu;
#endif
}

#if defined(__linux__)
/* sched_getcpu(), which the headers only declare to those who asked before the first include. */
int sdfg_linux_cpu(void) __asm__("sched_getcpu");
#endif

/* The CPU that the calling thread runs on at the moment; -1 where the system does not say. */
static inline int sdfg_this_cpu(void)
{
#if defined(__linux__)
    return sdfg_linux_cpu();
#else
    return -1;
#endif
}

/* The whole number that an environment variable begins with; 0 if it is unset or has none. */
static inline int sdfg_environment_number(const char *name)
{
    const char *text = getenv(name);
    const long number = text == NULL ? 0 : strtol(text, NULL, 10);
    return number < 0 || number > INT32_MAX ? 0 : (int)number;
}

/* The CPUs that the quota of the control group around the process comes to; 0 without one. */
static inline int sdfg_cpu_quota(void)
{
    long long quota = 0, period = 0;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (file == NULL) {
        return 0;
    }
    if (fscanf(file, "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0) {
        quota = 0, period = 1;
    }
    fclose(file);
    return (int)((quota + period - 1) / period);
}

/*
 * How many threads to use where the caller leaves it open: SDFG_NUM_THREADS or OMP_NUM_THREADS,
 * else as many as there are CPUs for the calling thread.
 */
static inline int sdfg_default_threads(void)
{
    const sdfg_cpus cpus = sdfg_allowed_cpus();
    int threads = sdfg_environment_number("SDFG_NUM_THREADS");
    if (threads <= 0) {
        threads = sdfg_environment_number("OMP_NUM_THREADS");
    }
    if (threads <= 0) {
        const int quota = sdfg_cpu_quota();
        threads = sdfg_cpu_count(&cpus);
        threads = threads > 0 ? threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
        threads = quota > 0 && quota < threads ? quota : threads;
    }
    return threads < 1 ? 1 : threads < SDFG_MOST_THREADS ? threads : SDFG_MOST_THREADS;
}

#endif /* SDFG_CPUS_H */
