/* A thread sets a timerfd again and again. The main thread forks, and each child counts the descriptors that the program has not opened. */
#include "../virttime_conf.h"

#include <pthread.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

enum { CHILDREN = 400, NUMBERS = 64 };

static int timer;
static volatile int stop;

static void *keep_setting(void *unused)
{
    while (!stop) {
        struct itimerspec value = {.it_value = vt_timespec(vt_now(CLOCK_MONOTONIC) + INT64_C(1000000000000))};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, NULL);
    }
    return unused;
}

static int count_open(void)
{
    int count = 0;

    for (int i = 0; i < NUMBERS; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

int main(void)
{
    pthread_t setter;
    int more = 0, status;

    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    int open = count_open();
    pthread_create(&setter, NULL, keep_setting, NULL);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(count_open() != open);
        waitpid(child, &status, 0);
        more += status != 0;
    }
    stop = 1;
    pthread_join(setter, NULL);
    printf("children_with_more=%d\n", more);
    return 0;
}
