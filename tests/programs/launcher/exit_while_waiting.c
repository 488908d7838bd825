/* exit_while_waiting N: ends while N threads wait for an hour, so that their slots stay in use. */
#include "../virttime_conf.h"
#include <pthread.h>
#include <stdlib.h>

static void *wait_long(void *unused)
{
    struct timespec deadline;

    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += 3600;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc == 2 ? atoi(argv[1]) : 0;
    pthread_t thread;

    for (int i = 0; i < threads; i++)
        pthread_create(&thread, NULL, wait_long, NULL);
    usleep(300000);
    printf("waiting=%d\n", threads);
    return 0;
}
