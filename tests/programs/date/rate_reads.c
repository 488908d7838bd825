/*
 * usage: rate_reads THREADS
 * Reads CLOCK_REALTIME in a loop, in THREADS threads, until its input ends. The threads share the latest reading, and each compares its next reading
 * with it. Prints the number of readings and of those that were earlier.
 */
#include "../virttime_conf.h"
#include <pthread.h>
#include <stdatomic.h>

static _Atomic int64_t latest, readings, backwards;
static atomic_bool stops;

static void *read_clock(void *unused)
{
    while (!atomic_load(&stops)) {
        int64_t before = atomic_load(&latest), now = vt_now(CLOCK_REALTIME);

        if (now < before)
            atomic_fetch_add(&backwards, 1);
        while (now > before && !atomic_compare_exchange_weak(&latest, &before, now))
            ;
        atomic_fetch_add(&readings, 1);
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
    printf("readings=%lld\nbackwards=%lld\n", (long long)readings, (long long)backwards);
    return 0;
}
