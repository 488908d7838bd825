/*
 * timer_of_thread KIND: a thread arms a timerfd for an hour later by its clock, and prints when it has expired.
 *
 *   plain      the first thread waits
 *   leader     the first thread has ended
 *   unshared   the thread has its own table of descriptors
 *   both       as leader and unshared
 */
#include "../virttime_conf.h"
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/timerfd.h>

static const char *kind;

static void *wait_for_timer(void *unused)
{
    uint64_t ticks;

    if ((!strcmp(kind, "unshared") || !strcmp(kind, "both")) && unshare(CLONE_FILES))
        exit(3);
    int64_t due = vt_now(CLOCK_MONOTONIC) + INT64_C(3600000000000);
    struct itimerspec timer = {{0, 0}, vt_timespec(due)};
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    if (timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &timer, NULL))
        exit(3);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    if (read(descriptor, &ticks, sizeof ticks) != sizeof ticks)
        exit(3);
    printf("early=%d\nticks=%d\n", vt_now(CLOCK_MONOTONIC) < due, (int)ticks);
    exit(0);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    kind = argc == 2 ? argv[1] : "";
    if (pthread_create(&thread, NULL, wait_for_timer, NULL))
        return 3;
    if (!strcmp(kind, "leader") || !strcmp(kind, "both"))
        pthread_exit(NULL);
    pthread_join(thread, NULL);
    return 0;
}
