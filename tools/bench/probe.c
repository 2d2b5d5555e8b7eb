/*
 * How fast this machine is: `probe THREADS L2_BYTES L3_BYTES` prints one JSON object.
 *
 * Vector types of the compiler, VECTOR_BYTES wide; REGISTERS says how many there are. Each figure
 * is the best of many short rounds: what disturbs a round can only make it slower.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define ROUNDS 60
#define DRAM_BYTES ((size_t)128 << 20) /* of each stream, all threads together */
#define ACCUMULATORS (REGISTERS >= 32 ? 24 : 12)
#define STREAMS 8
#define MOST_THREADS 1024

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
enum { LANES = VECTOR_BYTES / sizeof(float) };

/* Arrays, split evenly between the threads, each of which has touched its own part first. */
struct arrays {
    vector *a, *b, *c;
    size_t length; /* vectors of each array, all threads together */
    long repetitions;
};

/* What one thread does with its part of the arrays: vectors `first` to `first + part`. */
typedef void work(const struct arrays *arrays, size_t first, size_t part);

struct member {
    work *work;
    const struct arrays *arrays;
    size_t index;
    double start, end;
};

static size_t threads;
static pthread_barrier_t barrier;

/* A value that the compiler cannot know, and a use that it cannot leave out. */
static volatile float sink;
static volatile float one = 1.0f;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Untimed once, so that caches and clocks are warm, then all threads at the same time. */
static void *member_main(void *data)
{
    struct member *member = data;
    const size_t part = member->arrays->length / threads;
    member->work(member->arrays, part * member->index, part);
    pthread_barrier_wait(&barrier);
    member->start = now();
    member->work(member->arrays, part * member->index, part);
    member->end = now();
    return NULL;
}

/* Seconds from the first start to the last end. */
static double seconds_of(work *work, const struct arrays *arrays)
{
    static pthread_t handles[MOST_THREADS];
    static struct member members[MOST_THREADS];
    for (size_t i = 0; i < threads; i++) {
        members[i] = (struct member){work, arrays, i, 0, 0};
        if (i > 0 && pthread_create(&handles[i], NULL, member_main, &members[i]) != 0) {
            fprintf(stderr, "cannot start %zu threads\n", threads);
            exit(1);
        }
    }
    member_main(&members[0]);
    double start = members[0].start, end = members[0].end;
    for (size_t i = 1; i < threads; i++) {
        pthread_join(handles[i], NULL);
        start = members[i].start < start ? members[i].start : start;
        end = members[i].end > end ? members[i].end : end;
    }
    return end - start;
}

static double best_seconds(work *work, const struct arrays *arrays)
{
    double found = seconds_of(work, arrays);
    for (int i = 1; i < ROUNDS; i++) {
        const double seconds = seconds_of(work, arrays);
        found = seconds < found ? seconds : found;
    }
    return found;
}

static void multiply_add(const struct arrays *arrays, size_t first, size_t part)
{
    vector sums[ACCUMULATORS], total = {0};
    const vector factor = (vector){0} + one * 0.999f;
    const vector shift = (vector){0} + one * 0.001f;
    (void)first;
    (void)part;
    for (int i = 0; i < ACCUMULATORS; i++) {
        sums[i] = shift * (float)i;
    }
    for (long k = 0; k < arrays->repetitions; k++) {
#pragma GCC unroll 32
        for (int i = 0; i < ACCUMULATORS; i++) {
            sums[i] = sums[i] * factor + shift;
        }
    }
    for (int i = 0; i < ACCUMULATORS; i++) {
        total += sums[i];
    }
    sink = total[0];
}

static void read_all(const struct arrays *arrays, size_t first, size_t part)
{
    const vector *a = arrays->a + first;
    vector sums[STREAMS] = {{0}};
    for (long k = 0; k < arrays->repetitions; k++) {
        for (size_t i = 0; i + STREAMS <= part; i += STREAMS) {
#pragma GCC unroll 8
            for (size_t j = 0; j < STREAMS; j++) {
                sums[j] += a[i + j];
            }
        }
        __asm__ volatile("" : : "g"(a) : "memory"); /* read again, every time */
    }
    for (size_t j = 1; j < STREAMS; j++) {
        sums[0] += sums[j];
    }
    sink = sums[0][0];
}

static void triad(const struct arrays *arrays, size_t first, size_t part)
{
    const vector *restrict b = arrays->b + first;
    const vector *restrict c = arrays->c + first;
    vector *restrict a = arrays->a + first;
    const float factor = one;
    for (size_t i = 0; i < part; i++) {
        a[i] = b[i] + factor * c[i];
    }
}

static void touch(const struct arrays *arrays, size_t first, size_t part)
{
    for (size_t i = first; i < first + part; i++) {
        arrays->a[i] = (vector){0} + one;
    }
}

static vector *allocate(size_t length)
{
    struct arrays arrays = {.length = length};
    if (posix_memalign((void **)&arrays.a, (size_t)2 << 20, length * sizeof(vector)) != 0) {
        fprintf(stderr, "no memory for %zu bytes\n", length * sizeof(vector));
        exit(1);
    }
#ifdef MADV_HUGEPAGE
    madvise(arrays.a, length * sizeof(vector), MADV_HUGEPAGE);
#endif
    seconds_of(touch, &arrays);
    return arrays.a;
}

static double flops(void)
{
    const struct arrays arrays = {.repetitions = 1 << 19};
    const double done = 2.0 * LANES * ACCUMULATORS * (double)arrays.repetitions;
    return done * (double)threads / best_seconds(multiply_add, &arrays);
}

/* Bytes/s of reading `bytes` again and again, `total` bytes at least in each round. */
static double read_bandwidth(size_t bytes, double total)
{
    struct arrays arrays = {.length = bytes / VECTOR_BYTES};
    arrays.repetitions = (long)(total / (double)bytes) + 1;
    arrays.a = allocate(arrays.length);
    const double seconds = best_seconds(read_all, &arrays);
    free(arrays.a);
    return (double)arrays.length * VECTOR_BYTES * (double)arrays.repetitions / seconds;
}

static double triad_bandwidth(void)
{
    struct arrays arrays = {.length = DRAM_BYTES / VECTOR_BYTES};
    arrays.a = allocate(arrays.length);
    arrays.b = allocate(arrays.length);
    arrays.c = allocate(arrays.length);
    const double seconds = best_seconds(triad, &arrays);
    free(arrays.a);
    free(arrays.b);
    free(arrays.c);
    return 3.0 * (double)DRAM_BYTES / seconds;
}

int main(int count, char **arguments)
{
    if (count == 4) {
        threads = strtoull(arguments[1], NULL, 10);
    }
    if (threads < 1 || threads > MOST_THREADS) {
        fprintf(stderr, "usage: probe THREADS L2_BYTES L3_BYTES\n");
        return 2;
    }
    /* Half of each cache, so that nothing else in it matters; the last one is shared. */
    const size_t l2 = strtoull(arguments[2], NULL, 10) / 2 * threads;
    const size_t l3 = strtoull(arguments[3], NULL, 10) / 2;
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    printf("{\"flops\": %.6g, ", flops());
    printf("\"l2\": %.6g, \"l3\": %.6g, ", read_bandwidth(l2, 5e8), read_bandwidth(l3, 5e8));
    printf("\"dram_read\": %.6g, ", read_bandwidth(2 * DRAM_BYTES, 1));
    printf("\"dram_triad\": %.6g}\n", triad_bandwidth());
    pthread_barrier_destroy(&barrier);
    return 0;
}
