/*
 * watch THREADS: threads read the monotonic clock and wait for short times until a line of input arrives. Then it prints the errors that they saw.
 * Meanwhile the clock may only be set ahead, or back by at most VT_BACK seconds.
 */
#include "../waits.h"

static volatile int ended;
static int64_t back;
static int64_t backwards, early, errors, rounds;

static void add(int64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void *watch(void *number)
{
    static const char *const functions[] = {"clock_nanosleep", "sem_clockwait", "pthread_cond_timedwait", "pthread_cond_clockwait"};
    const char *function = functions[(intptr_t)number % 4];
    int64_t last = vt_now(CLOCK_MONOTONIC);

    while (!ended) {
        for (int i = 0; i < 100; i++) {
            int64_t now = vt_now(CLOCK_MONOTONIC);
            if (now < last - back)
                add(&backwards);
            last = now;
        }
        int64_t deadline = last + (1 + (intptr_t)number % 7) * MS;
        int error = wait_once(function, deadline);
        last = vt_now(CLOCK_MONOTONIC);
        if (error != 0 && error != ETIMEDOUT)
            add(&errors);
        if (last < deadline - back)
            add(&early);
        add(&rounds);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? atoi(argv[1]) : 0;
    pthread_t threads[200];

    if (count < 1 || count > 200)
        return 2;
    back = getenv("VT_BACK") ? atoll(getenv("VT_BACK")) * 1000 * MS : 0;
    for (intptr_t i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, watch, (void *)i);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    getchar();
    ended = 1;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("rounds=%lld\nbackwards=%lld\nearly=%lld\nerrors=%lld\n", (long long)rounds, (long long)backwards, (long long)early, (long long)errors);
    return 0;
}
