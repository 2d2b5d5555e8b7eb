/*
 * What it costs to begin a loop on all threads of a model and to wait for its end: `start THREADS`
 * prints nanoseconds, those of a loop beyond what its points take on as many cores. The best of many
 * rounds of loops that follow each other as layers do.
 */
#include <stdio.h>

#include "sdfg_team.h"

#define ROUNDS 200
#define LOOPS 50
#define PART 8     /* points of each thread */
#define STEPS 1000 /* of each point, one after the other: about a microsecond */

static void work(const void *values, int64_t begin, int64_t end)
{
    uint64_t *const *results = (uint64_t *const *)values;
    for (int64_t k = begin; k < end; ++k) {
        uint64_t number = (uint64_t)k;
        for (int step = 0; step < STEPS; ++step) {
            number = number * 6364136223846793005u + 1442695040888963407u;
            __asm__ volatile("" : "+r"(number)); /* no steps at once, nor points */
        }
        (*results)[k * (SDFG_LINE / (int64_t)sizeof(uint64_t))] = number;
    }
}

/* Nanoseconds of a loop over `points`; `team` is NULL for one thread. */
static int64_t measured(sdfg_team *team, uint64_t **results, int64_t points)
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; ++round) {
        const int64_t begin = sdfg_nanoseconds();
        int64_t time = 0;
        for (int k = 0; k < LOOPS; ++k) {
            sdfg_team_run(team, work, results, points);
        }
        time = (sdfg_nanoseconds() - begin) / LOOPS;
        best = time < best ? time : best;
    }
    return best;
}

int main(int count, char **arguments)
{
    const int threads = count == 2 ? atoi(arguments[1]) : 0;
    const int64_t points = (int64_t)threads * PART;
    int64_t together = 0, alone = 0;
    uint64_t *results = NULL;
    sdfg_team *team = NULL;
    if (threads < 2 || threads > SDFG_MOST_THREADS) {
        fputs("usage: start THREADS, two at least\n", stderr);
        return 2;
    }
    results = (uint64_t *)calloc((size_t)points, SDFG_LINE);
    team = sdfg_team_new(threads);
    if (results == NULL || team == NULL) {
        fputs("no memory\n", stderr);
        return 1;
    }
    together = measured(team, &results, points);
    alone = measured(NULL, &results, points / threads);
    printf("%lld\n", (long long)(together > alone ? together - alone : 0));
    sdfg_team_free(team);
    free(results);
    return 0;
}
