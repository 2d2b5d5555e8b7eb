/*
 * The threads of a model, and loops on them.
 *
 * A loop is cut into chunks. Each thread starts with those of its own part of the range, the same
 * part in each loop, so that it finds in its caches what it left there; then it takes chunks of the
 * others. Who has no processor takes none and holds nobody up: the thread that called the loop waits
 * only for chunks that others have begun.
 *
 * The threads belong to a context. They are not those of OpenMP, unless SDFG_TEAM_OPENMP is
 * defined: then the loops are the same, on the threads of `omp parallel`.
 */
#ifndef SDFG_TEAM_H
#define SDFG_TEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sdfg_cpus.h"

#include "sdfg_memory.h"

#if defined(SDFG_TEAM_OPENMP)
#include <omp.h>
#else
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "sdfg_wait.h"
#endif

#define SDFG_CHUNKS 64               /* of each thread's part; several are begun at once: */
#define SDFG_CLAIM 4                 /* one of so many parts of what is left */
#define SDFG_STACK ((size_t)4 << 20) /* bytes; large enough for arrays in a kernel */
#define SDFG_LINE 128                /* bytes; what threads write lies so far apart */

/* Do the points from `begin` to `end`, exclusive, of a loop over `values`. */
typedef void sdfg_kernel(const void *values, int64_t begin, int64_t end);

/* The chunks of one thread's part that nobody has begun, in one word, to be changed at once. */
typedef struct sdfg_part {
    uint64_t chunks; /* the first one in the upper half, the one behind the last in the lower */
    char apart[SDFG_LINE - sizeof(uint64_t)];
} sdfg_part;

struct sdfg_team;

typedef struct sdfg_worker {
    struct sdfg_team *team;
    int place; /* in the team, where 0 is the thread that calls */
#if !defined(SDFG_TEAM_OPENMP)
    pthread_t thread;
#endif
} sdfg_worker;

typedef struct sdfg_team {
    /* The loop: the calling thread writes it before there are chunks of it. */
    sdfg_kernel *kernel;
    const void *values;
    int64_t count; /* points */
    int64_t chunk; /* points in each but the last */
    uint32_t claim; /* one of so many parts of what is left is taken; late threads read it, too */
    sdfg_part *parts;
    int threads; /* the calling one included */
#if !defined(SDFG_TEAM_OPENMP)
    int started; /* workers that exist */
    bool bound;  /* each worker to a CPU of its own */
    bool ended;
    pid_t process; /* in which they exist */
    sdfg_cpus cpus;
    sdfg_worker *workers;
    char apart_job[SDFG_LINE];
    int cpu;         /* on which the calling thread was when the loop began */
    sdfg_signal job; /* how many loops there have been */
    char apart_left[SDFG_LINE];
    sdfg_signal left; /* chunks of the loop that are not done */
    char apart[SDFG_LINE];
#endif
} sdfg_team;

/*
 * Claim chunks of a part: one `claim`-th of what is left, from its start for the thread it belongs to
 * and from its end for others. Returns how many, the first of them in `first`.
 *
 * Claims need no number of the loop they are for: a loop ends when all its chunks are done, so
 * chunks that are there are those of the loop that the team describes now.
 */
static inline uint32_t sdfg_part_claim(sdfg_part *part, bool own, uint32_t claim, uint32_t *first)
{
    uint64_t seen = __atomic_load_n(&part->chunks, __ATOMIC_ACQUIRE);
    for (;;) {
        const uint32_t begin = (uint32_t)(seen >> 32), end = (uint32_t)seen;
        const uint32_t taken = (end - begin + claim - 1) / claim;
        const uint64_t rest = own ? (uint64_t)(begin + taken) << 32 | end
                                  : (uint64_t)begin << 32 | (end - taken);
        if (taken == 0) {
            return 0;
        }
        if (__atomic_compare_exchange_n(&part->chunks, &seen, rest, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
            *first = own ? begin : end - taken;
            return taken;
        }
    }
}

/* Take part in the loop until nobody has to begin anything; returns how many chunks were done. */
static inline uint32_t sdfg_team_work(sdfg_team *team, int place)
{
    uint32_t done = 0, first = 0, taken = 0;
    for (int k = 0, from = place; k < team->threads; ++k) {
        const uint32_t claim = __atomic_load_n(&team->claim, __ATOMIC_RELAXED);
        while ((taken = sdfg_part_claim(&team->parts[from], k == 0, claim, &first)) > 0) {
            const int64_t begin = first * team->chunk, end = begin + taken * team->chunk;
            team->kernel(team->values, begin, end < team->count ? end : team->count);
            done += taken;
        }
        from = from + 1 == team->threads ? 0 : from + 1;
    }
    return done;
}

/*
 * Describe a loop, of whose chunks one `claim`-th is taken at once, and divide it: from now on there
 * are chunks. Returns how many.
 */
static inline uint32_t sdfg_team_divide(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                        int64_t count, int claim, uint32_t *left)
{
    const int64_t most = (int64_t)team->threads * SDFG_CHUNKS;
    const int64_t chunk = count <= most ? 1 : (count - 1) / most + 1;
    const uint32_t chunks = (uint32_t)(chunk == 1 ? count : (count - 1) / chunk + 1);
    const uint32_t threads = (uint32_t)team->threads;
    const uint32_t share = chunks / threads, more = chunks % threads;
    team->kernel = kernel;
    team->values = values;
    team->count = count;
    team->chunk = chunk;
    __atomic_store_n(&team->claim, (uint32_t)claim, __ATOMIC_RELAXED);
    if (left != NULL) {
        __atomic_store_n(left, chunks, __ATOMIC_RELAXED);
    }
    for (uint32_t k = 0, begin = 0; k < threads; ++k) {
        const uint32_t end = begin + share + (k < more);
        __atomic_store_n(&team->parts[k].chunks, (uint64_t)begin << 32 | end, __ATOMIC_RELEASE);
        begin = end;
    }
    return chunks;
}

#if defined(SDFG_TEAM_OPENMP)

static inline void sdfg_team_begin(sdfg_team *team)
{
    (void)team;
}

static inline void sdfg_team_share(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                   int64_t count, int claim)
{
    (void)sdfg_team_divide(team, kernel, values, count, claim, NULL);
#pragma omp parallel num_threads(team->threads)
    (void)sdfg_team_work(team, omp_get_thread_num());
}

static inline void sdfg_team_start(sdfg_team *team)
{
    (void)team;
}

static inline void sdfg_team_stop(sdfg_team *team)
{
    (void)team;
}

#else

/* What a worker does: its share of each loop, until the team ends. */
static inline void *sdfg_worker_main(void *argument)
{
    const sdfg_worker *worker = (const sdfg_worker *)argument;
    sdfg_team *team = worker->team;
    uint32_t seen = 0;
    const bool fixed = team->bound || sdfg_cpu_count(&team->cpus) < team->threads;
    int64_t awake = SDFG_IDLE_NANOSECONDS;
    if (team->bound) {
        sdfg_bind_thread(&team->cpus, worker->place);
    }
    for (;;) {
        uint32_t done = 0;
        int cpu = 0;
        seen = sdfg_signal_await(&team->job, seen, awake);
        if (__atomic_load_n(&team->ended, __ATOMIC_ACQUIRE)) {
            return NULL;
        }
        cpu = __atomic_load_n(&team->cpu, __ATOMIC_RELAXED);
        if (cpu == sdfg_this_cpu() && !fixed) { /* both would take turns, and share one cache */
            sdfg_leave_cpu(cpu);
        }
        done = sdfg_team_work(team, worker->place);
        if (done > 0 && __atomic_sub_fetch(&team->left.value, done, __ATOMIC_SEQ_CST) == 0) {
            sdfg_signal_wake(&team->left, 1);
        }
        /* Where the calling thread was last, it may wait for this processor. */
        awake = sdfg_this_cpu() == __atomic_load_n(&team->cpu, __ATOMIC_RELAXED)
                    ? 0
                    : SDFG_IDLE_NANOSECONDS;
    }
}

/* Start the workers; without some of them, the others do the work. */
static inline void sdfg_team_start(sdfg_team *team)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    sdfg_signal_init(&team->job);
    sdfg_signal_init(&team->left);
    team->process = getpid();
    team->ended = false;
    team->started = 0;
    team->cpus = sdfg_allowed_cpus();
    team->bound = sdfg_environment_number("SDFG_BIND_THREADS") != 0 &&
                  team->threads <= sdfg_cpu_count(&team->cpus);
    sigfillset(&all); /* signals are for the threads of the application */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, SDFG_STACK);
    while (team->started + 1 < team->threads) {
        sdfg_worker *worker = &team->workers[team->started];
        worker->team = team;
        worker->place = team->started + 1;
        if (pthread_create(&worker->thread, &attributes, sdfg_worker_main, worker) != 0) {
            break;
        }
        team->started += 1;
    }
    pthread_attr_destroy(&attributes);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* End the workers. */
static inline void sdfg_team_stop(sdfg_team *team)
{
    if (team->process == getpid()) { /* a child of a fork has no workers */
        __atomic_store_n(&team->ended, true, __ATOMIC_RELEASE);
        __atomic_fetch_add(&team->job.value, 1, __ATOMIC_SEQ_CST);
        sdfg_signal_wake(&team->job, INT32_MAX);
        for (int k = 0; k < team->started; ++k) {
            pthread_join(team->workers[k].thread, NULL);
        }
    }
    sdfg_signal_exit(&team->left);
    sdfg_signal_exit(&team->job);
}

/* At the beginning of a run: in the child of a fork, the workers are started again. */
static inline void sdfg_team_begin(sdfg_team *team)
{
    if (team != NULL && team->process != getpid()) {
        sdfg_team_start(team);
    }
}

static inline void sdfg_team_share(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                   int64_t count, int claim)
{
    uint32_t left = 0;
    __atomic_store_n(&team->cpu, sdfg_this_cpu(), __ATOMIC_RELAXED);
    left = sdfg_team_divide(team, kernel, values, count, claim, &team->left.value);
    __atomic_fetch_add(&team->job.value, 1, __ATOMIC_SEQ_CST);
    sdfg_signal_wake(&team->job, (int)left - 1);
    left = __atomic_sub_fetch(&team->left.value, sdfg_team_work(team, 0), __ATOMIC_SEQ_CST);
    while (left != 0) {
        left = sdfg_signal_await(&team->left, left, SDFG_JOIN_NANOSECONDS);
    }
}

#endif /* SDFG_TEAM_OPENMP */

/* Do all points of a loop and return; `team` is NULL for one thread. */
static inline void sdfg_team_run_in(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                    int64_t count, int claim)
{
    if (count <= 0) {
        return;
    }
    if (team == NULL || count == 1) {
        kernel(values, 0, count);
    } else {
        sdfg_team_share(team, kernel, values, count, claim);
    }
}

/* The same, a few points at a time: who is held up leaves them to the others. */
static inline void sdfg_team_run(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                 int64_t count)
{
    sdfg_team_run_in(team, kernel, values, count, SDFG_CLAIM);
}

/* The same, a whole part at a time. */
static inline void sdfg_team_run_parts(sdfg_team *team, sdfg_kernel *kernel, const void *values,
                                       int64_t count)
{
    sdfg_team_run_in(team, kernel, values, count, 1);
}

static inline void sdfg_team_free(sdfg_team *team)
{
    if (team != NULL) {
        sdfg_team_stop(team);
        free(team->parts);
        free(team);
    }
}

/* A team of several threads, the calling one included; NULL if there is no memory. */
static inline sdfg_team *sdfg_team_new(int threads)
{
    const size_t parts = (size_t)threads * sizeof(sdfg_part);
    const size_t workers = (size_t)threads * sizeof(sdfg_worker);
    sdfg_team *team = (sdfg_team *)sdfg_allocate(sizeof(sdfg_team) + SDFG_LINE + workers);
    if (team == NULL) {
        return NULL;
    }
    memset(team, 0, sizeof *team);
    team->threads = threads;
    team->claim = SDFG_CLAIM;
    team->parts = (sdfg_part *)sdfg_allocate(parts);
    if (team->parts == NULL) {
        free(team);
        return NULL;
    }
    memset(team->parts, 0, parts);
#if !defined(SDFG_TEAM_OPENMP)
    team->workers = (sdfg_worker *)(team + 1);
#endif
    sdfg_team_start(team);
    return team;
}

#endif /* SDFG_TEAM_H */
