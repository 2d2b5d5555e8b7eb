/* A thread that leaves a CPU runs on another one, and may come back. */
#define _GNU_SOURCE
#include "sdfg_cpus.h"

int main(void)
{
    const sdfg_cpus before = sdfg_allowed_cpus();
    for (int k = 0; k < 100; ++k) {
        const int cpu = sdfg_this_cpu();
        sdfg_cpus after;
        sdfg_leave_cpu(cpu);
        after = sdfg_allowed_cpus();
        if (memcmp(&before, &after, sizeof after) != 0) {
            puts("other CPUs are allowed than before");
            return 1;
        }
    }
    if (sdfg_cpu_count(&before) > 1) {
        int moved = 0; /* the system may bring a thread back at once, but not each time */
        for (int k = 0; k < 100; ++k) {
            const int cpu = sdfg_this_cpu();
            sdfg_leave_cpu(cpu);
            moved += sdfg_this_cpu() != cpu;
        }
        if (moved < 50) {
            printf("left a CPU %d times of 100\n", moved);
            return 1;
        }
    }
    sdfg_leave_cpu(-1);
    puts("ok");
    return 0;
}
