/*
 * usage: rate_reads THREADS
 * Reads CLOCK_REALTIME and CLOCK_REALTIME_COARSE in a loop, in THREADS threads, until its input ends. The threads share the latest reading of each
 * clock, and each compares its next reading with it. Prints the number of readings and of those that were earlier.
 */
#include "../virttime_conf.h"
#include <pthread.h>
#include <stdatomic.h>

static _Atomic int64_t latest[2], readings, backwards[2];
static const clockid_t clocks[2] = {CLOCK_REALTIME, CLOCK_REALTIME_COARSE};
static atomic_bool stops;

static void *read_clock(void *unused)
{
    for (int i = 0; !atomic_load(&stops); i = !i) {
        int64_t before = atomic_load(&latest[i]), now = vt_now(clocks[i]);

        if (now < before)
            atomic_fetch_add(&backwards[i], 1);
        while (now > before && !atomic_compare_exchange_weak(&latest[i], &before, now))
            ;
        /* Leaves some processor time to the launcher. */
        if (atomic_fetch_add(&readings, 1) % 1000 == 0)
            usleep(5000);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[64];
    int count = argc > 1 ? atoi(argv[1]) : 1;

    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, read_clock, NULL))
            return 3;
    }
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (getchar() != EOF)
        ;
    atomic_store(&stops, 1);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("readings=%lld\nbackwards=%lld\ncoarse_backwards=%lld\n", (long long)readings, (long long)backwards[0], (long long)backwards[1]);
    return 0;
}
