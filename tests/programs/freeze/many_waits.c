/* many_waits THREADS SECONDS: this many threads wait, each in one of three functions, until the same time. Prints when they all wait, and how they
   woke. */
#include "../waits.h"

static int64_t deadline;
static int woken, early;
static pthread_barrier_t ready;

static void *wait_in_one(void *number)
{
    static const char *const functions[] = {"clock_nanosleep", "sem_clockwait", "pthread_cond_timedwait"};

    pthread_barrier_wait(&ready);
    wait_until(functions[(intptr_t)number % 3], deadline);
    if (vt_now(CLOCK_MONOTONIC) < deadline)
        __atomic_fetch_add(&early, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

int main(int argc, char **argv)
{
    int count = argc == 3 ? atoi(argv[1]) : 0;
    pthread_t *threads = calloc(count + 1, sizeof *threads);
    pthread_attr_t small;

    if (!count)
        return 2;
    deadline = vt_now(CLOCK_MONOTONIC) + atoll(argv[2]) * 1000 * MS;
    pthread_barrier_init(&ready, NULL, count + 1);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 * 1024);
    for (intptr_t i = 0; i < count; i++)
        if (pthread_create(&threads[i], &small, wait_in_one, (void *)i))
            return 3;
    pthread_barrier_wait(&ready);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("woken=%d\nearly=%d\nlate_ms=%lld\n", woken, early, (long long)((vt_now(CLOCK_MONOTONIC) - deadline) / MS));
    return 0;
}
