/*
 * How fast this machine is: `probe L2_BYTES L3_BYTES` prints one JSON object.
 *
 * Vector types of the compiler, VECTOR_BYTES wide; REGISTERS says how many there are. Each figure
 * is the best of several rounds: what disturbs a round can only make it slower.
 */
#define _GNU_SOURCE
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ROUNDS 7
#define DRAM_BYTES ((size_t)128 << 20) /* of each stream, all threads together */
#define ACCUMULATORS (REGISTERS >= 32 ? 24 : 12)
#define STREAMS 8

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
enum { LANES = VECTOR_BYTES / sizeof(float) };

static double best(double (*round)(void *), void *data)
{
    double found = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const double speed = round(data);
        found = speed > found ? speed : found;
    }
    return found;
}

/* A value that the compiler cannot know, and a use that it cannot leave out. */
static volatile float sink;
static volatile float one = 1.0f;

static double multiply_add(void *data)
{
    const long repetitions = 1 << 22;
    double start = 0, end = 0;
    int threads = 1;
    (void)data;
#pragma omp parallel
    {
        vector sums[ACCUMULATORS];
        const vector factor = (vector){0} + one * 0.999f;
        const vector shift = (vector){0} + one * 0.001f;
        for (int i = 0; i < ACCUMULATORS; i++) {
            sums[i] = shift * (float)i;
        }
#pragma omp barrier
#pragma omp master
        {
            threads = omp_get_num_threads();
            start = omp_get_wtime();
        }
        for (long k = 0; k < repetitions; k++) {
#pragma GCC unroll 32
            for (int i = 0; i < ACCUMULATORS; i++) {
                sums[i] = sums[i] * factor + shift;
            }
        }
#pragma omp barrier
#pragma omp master
        end = omp_get_wtime();
        vector total = {0};
        for (int i = 0; i < ACCUMULATORS; i++) {
            total += sums[i];
        }
        sink = total[0];
    }
    return 2.0 * LANES * ACCUMULATORS * (double)repetitions * threads / (end - start);
}

/* Arrays, split evenly between the threads, each of which has touched its own part first. */
struct arrays {
    vector *a, *b, *c;
    size_t length;      /* vectors of each array, all threads together */
    long repetitions;
};

static vector sum(const vector *restrict a, size_t length)
{
    vector sums[STREAMS] = {{0}};
    for (size_t i = 0; i + STREAMS <= length; i += STREAMS) {
#pragma GCC unroll 8
        for (size_t j = 0; j < STREAMS; j++) {
            sums[j] += a[i + j];
        }
    }
    for (size_t j = 1; j < STREAMS; j++) {
        sums[0] += sums[j];
    }
    return sums[0];
}

static double read_all(void *data)
{
    const struct arrays *arrays = data;
    double start = 0, end = 0;
#pragma omp parallel
    {
        const size_t part = arrays->length / (size_t)omp_get_num_threads();
        const vector *mine = arrays->a + part * (size_t)omp_get_thread_num();
        vector total = sum(mine, part);
#pragma omp barrier
#pragma omp master
        start = omp_get_wtime();
        for (long k = 0; k < arrays->repetitions; k++) {
            total += sum(mine, part);
            __asm__ volatile("" : : "g"(mine) : "memory"); /* read again, every time */
        }
#pragma omp barrier
#pragma omp master
        end = omp_get_wtime();
        sink = total[0];
    }
    return (double)arrays->length * VECTOR_BYTES * (double)arrays->repetitions / (end - start);
}

static double triad(void *data)
{
    const struct arrays *arrays = data;
    double start = 0, end = 0;
#pragma omp parallel
    {
        const size_t part = arrays->length / (size_t)omp_get_num_threads();
        const size_t first = part * (size_t)omp_get_thread_num();
        const vector *restrict b = arrays->b + first;
        const vector *restrict c = arrays->c + first;
        vector *restrict a = arrays->a + first;
        const float factor = one;
#pragma omp barrier
#pragma omp master
        start = omp_get_wtime();
        for (size_t i = 0; i < part; i++) {
            a[i] = b[i] + factor * c[i];
        }
#pragma omp barrier
#pragma omp master
        end = omp_get_wtime();
    }
    return 3.0 * (double)arrays->length * VECTOR_BYTES / (end - start);
}

static vector *allocate(size_t length)
{
    vector *memory = NULL;
    if (posix_memalign((void **)&memory, (size_t)2 << 20, length * sizeof(vector)) != 0) {
        fprintf(stderr, "no memory for %zu bytes\n", length * sizeof(vector));
        exit(1);
    }
#ifdef MADV_HUGEPAGE
    madvise(memory, length * sizeof(vector), MADV_HUGEPAGE);
#endif
#pragma omp parallel
    {
        const size_t part = length / (size_t)omp_get_num_threads();
        const size_t first = part * (size_t)omp_get_thread_num();
        for (size_t i = first; i < first + part; i++) {
            memory[i] = (vector){0} + one;
        }
    }
    return memory;
}

static double bandwidth(size_t bytes, double seconds_at_1GBps)
{
    struct arrays arrays = {0};
    arrays.length = bytes / VECTOR_BYTES;
    arrays.repetitions = (long)(1e9 * seconds_at_1GBps / (double)bytes) + 1;
    arrays.a = allocate(arrays.length);
    const double found = best(read_all, &arrays);
    free(arrays.a);
    return found;
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: probe L2_BYTES L3_BYTES\n");
        return 2;
    }
    const size_t threads = (size_t)omp_get_max_threads();
    const size_t l2 = strtoull(arguments[1], NULL, 10) / 2 * threads;
    const size_t l3 = strtoull(arguments[2], NULL, 10) / 2;
    struct arrays streams = {0};
    streams.length = DRAM_BYTES / VECTOR_BYTES;
    const double flops = best(multiply_add, NULL);
    const double near = bandwidth(l2, 4);
    const double middle = bandwidth(l3, 4);
    const double far = bandwidth(2 * DRAM_BYTES, 0.5);
    streams.a = allocate(streams.length);
    streams.b = allocate(streams.length);
    streams.c = allocate(streams.length);
    const double copied = best(triad, &streams);
    printf("{\"flops\": %.6g, \"dram_read\": %.6g, \"dram_triad\": %.6g, \"l3\": %.6g, "
           "\"l2\": %.6g}\n",
           flops, far, copied, middle, near);
    free(streams.a);
    free(streams.b);
    free(streams.c);
    return 0;
}
