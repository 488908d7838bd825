/* cancel_wait FUNCTION: cancels a thread in a timed wait, and reads its slot before and after. */
#include "../waits.h"

static volatile int thread_id;

static void *waiter(void *function)
{
    thread_id = vt_thread();
    wait_until(function, vt_now(CLOCK_MONOTONIC) + 20000 * MS);
    return NULL;
}

int main(int argc, char **argv)
{
    volatile struct vt_conf *conf = vt_map(NULL);
    pthread_t thread;
    void *result;

    if (argc != 2 || pthread_create(&thread, NULL, waiter, argv[1]))
        return 2;
    while (!thread_id || !conf->slot[thread_id].tv_sec)
        usleep(1000);
    /* The deadline is published. The pause gives the real function time to begin. */
    usleep(50000);
    printf("clock_in_flight=%d\n", *vt_clock(conf, thread_id));
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("canceled=%d\n", result == PTHREAD_CANCELED);
    printf("slot=%lld.%09ld\n", (long long)conf->slot[thread_id].tv_sec, conf->slot[thread_id].tv_nsec);
    printf("clock=%d\n", *vt_clock(conf, thread_id));
    return 0;
}
