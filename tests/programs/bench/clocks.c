// usage: clocks CLOCK|gettimeofday|time CALLS THREADS
// Prints the nanoseconds of one clock_gettime(CLOCK), or of one call of the function. With one thread this is CPU time; with two, wall time divided
// by all calls.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static int clock_id;
static long calls;

static double now(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *read_clock(void *unused)
{
    struct timespec t;
    for (long i = 0; i < calls; i++)
        clock_gettime(clock_id, &t);
    return unused;
}

static void *read_time_of_day(void *unused)
{
    struct timeval t;
    for (long i = 0; i < calls; i++)
        gettimeofday(&t, NULL);
    return unused;
}

static void *read_time(void *unused)
{
    for (long i = 0; i < calls; i++)
        time(NULL);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    clock_id = atoi(argv[1]);
    calls = atol(argv[2]);
    int threads = atoi(argv[3]);
    pthread_t thread[16];
    void *(*read)(void *) = !strcmp(argv[1], "gettimeofday") ? read_time_of_day : !strcmp(argv[1], "time") ? read_time : read_clock;
    read(NULL);
    clockid_t meter = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC_RAW;
    double start = now(meter);
    for (int i = 1; i < threads; i++)
        pthread_create(&thread[i], NULL, read, NULL);
    read(NULL);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    printf("%.4f\n", (now(meter) - start) / ((double)calls * threads));
    return 0;
}
