/*
 * Loops of all sizes on teams of all sizes, one after the other and several at once: each point is
 * done once, before the loop returns. Run under sanitizers by test_team.py. Prints "ok".
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>

#include "sdfg_runtime.h"

#define MOST 5000

typedef struct job {
    int64_t *done; /* not atomic: a point done twice at once is a race that ThreadSanitizer sees */
    int64_t add;
    int64_t count;
} job;

static void add(const void *values, int64_t begin, int64_t end)
{
    const job *what = (const job *)values;
    if (begin < 0 || begin >= end || end > what->count) {
        printf("a part from %lld to %lld\n", (long long)begin, (long long)end);
        exit(1);
    }
    for (int64_t i = begin; i < end; ++i) {
        what->done[i] += what->add;
    }
}

/* Loops of random sizes; the sum of what each point got must be there behind each loop. */
static void loops(sdfg_team *team, int rounds, unsigned seed)
{
    static const int64_t few[] = {0, 1, 2, 3, 4, 7, 64, 65, 127, 129};
    int64_t *done = (int64_t *)calloc(MOST, sizeof *done);
    int64_t *expected = (int64_t *)calloc(MOST, sizeof *expected);
    for (int round = 0; round < rounds; ++round) {
        const int64_t count = rand_r(&seed) % 2 ? few[rand_r(&seed) % 10] : rand_r(&seed) % MOST;
        const job what = {done, round + 1, count}; /* gone when the loop has returned */
        if (round % 2) {
            sdfg_team_run(team, add, &what, count);
        } else {
            sdfg_team_run_parts(team, add, &what, count);
        }
        for (int64_t i = 0; i < count; ++i) {
            expected[i] += what.add;
        }
        if (memcmp(done, expected, MOST * sizeof *done) != 0) {
            printf("round %d with %lld points: wrong\n", round, (long long)count);
            exit(1);
        }
        if (round % 64 == 0) { /* long enough for the others to fall asleep */
            const struct timespec pause = {0, 200000};
            nanosleep(&pause, NULL);
        }
    }
    free(expected);
    free(done);
}

static void *own_context(void *argument)
{
    sdfg_context context;
    memset(&context, 0, sizeof context);
    if (sdfg_context_init(&context, NULL, 0, 0, 3) != SDFG_OK ||
        sdfg_context_reserve(&context, 100) != SDFG_OK) {
        exit(1);
    }
    loops(context.team, 300, *(unsigned *)argument);
    sdfg_context_exit(&context);
    return NULL;
}

static void in_a_child(sdfg_context *context)
{
    int status = 1;
    const pid_t child = fork();
    if (child == 0) {
        if (sdfg_context_reserve(context, 0) != SDFG_OK) {
            _exit(1);
        }
        loops(context->team, 20, 5);
        sdfg_context_exit(context);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        printf("in a child: status %d\n", status);
        exit(1);
    }
}

int main(int count, char **arguments)
{
    unsigned seeds[4] = {1, 2, 3, 4};
    pthread_t threads[4];
    const bool forks = count > 1 && strcmp(arguments[1], "fork") == 0;
    for (int size = 1; size <= 6; ++size) {
        sdfg_context context;
        memset(&context, 0, sizeof context);
        if (sdfg_context_init(&context, NULL, 0, 0, size) != SDFG_OK ||
            (size == 1) != (context.team == NULL)) {
            return 1;
        }
        loops(context.team, 400, (unsigned)size);
        if (forks) {
            in_a_child(&context);
        }
        loops(context.team, 10, (unsigned)size);
        sdfg_context_exit(&context);
    }
    for (int k = 0; k < 4; ++k) {
        pthread_create(&threads[k], NULL, own_context, &seeds[k]);
    }
    for (int k = 0; k < 4; ++k) {
        pthread_join(threads[k], NULL);
    }
    puts("ok");
    return 0;
}
