/* Threads that allocate and free memory while they wait and read the clock. This keeps an allocator with its own timers busy. */
#include "../waits.h"

static void *allocate(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        void *block = malloc(1 + i * 37 % 200000);

        memset(block, 1, 1);
        if (i % 500 == 0)
            wait_until("pthread_cond_timedwait", vt_now(CLOCK_MONOTONIC) + 20 * MS);
        free(block);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[4];
    int64_t wall = vt_now(CLOCK_REALTIME);

    vt_print("clock", vt_now(CLOCK_MONOTONIC));
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, allocate, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    wall = vt_now(CLOCK_REALTIME) - wall;
    vt_print("waited_ms", wall * 1000);
    return 0;
}
