/*
 * migrating_waits SECONDS: threads wait for that long, each in another function, and timers are armed.
 * Prints `waits=NUMBER`, then `wait=THREAD VIRTUAL_DEADLINE` for each, then the remaining time of the timers for each line of input.
 */
#include "../waits.h"
#include <signal.h>
#include <sys/timerfd.h>

#define WAITS 5

struct wait {
    pthread_t thread;
    const char *function;
    int64_t deadline;
    _Atomic int id;
};

static struct wait waits[WAITS] = {
    {.function = "clock_nanosleep"},
    {.function = "pthread_cond_timedwait"},
    {.function = "pthread_cond_clockwait"},
    {.function = "sem_clockwait"},
    {.function = "boottime"},
};

static void *run(void *argument)
{
    struct wait *wait = argument;
    struct timespec deadline = vt_timespec(wait->deadline);

    wait->id = vt_thread();
    if (strcmp(wait->function, "boottime"))
        wait_until(wait->function, wait->deadline);
    else
        clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &deadline, NULL);
    return NULL;
}

static void print_waits(void)
{
    printf("waits=%d\n", WAITS);
    for (int i = 0; i < WAITS; i++) {
        while (!waits[i].id)
            usleep(1000);
        struct timespec deadline = vt_timespec(waits[i].deadline);

        printf("wait=%d %lld.%09ld\n", waits[i].id, (long long)deadline.tv_sec, deadline.tv_nsec);
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char line[64];
    timer_t timer;
    struct sigevent silent = {.sigev_notify = SIGEV_NONE};
    int64_t length = argc == 2 ? atoll(argv[1]) * 1000 * MS : 0;
    struct itimerspec until = {.it_value = vt_timespec(vt_now(CLOCK_MONOTONIC) + length)};
    int fd = timerfd_create(CLOCK_BOOTTIME, 0);

    /* Each wait has another number of nanoseconds, so that the nanoseconds are tested too. */
    for (int i = 0; i < WAITS; i++) {
        clockid_t clock = strcmp(waits[i].function, "boottime") ? CLOCK_MONOTONIC : CLOCK_BOOTTIME;

        waits[i].deadline = vt_now(clock) + length + i;
        pthread_create(&waits[i].thread, NULL, run, &waits[i]);
    }
    timer_create(CLOCK_MONOTONIC, &silent, &timer);
    timer_settime(timer, TIMER_ABSTIME, &until, NULL);
    until.it_value = vt_timespec(vt_now(CLOCK_BOOTTIME) + length);
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &until, NULL);

    print_waits();
    while (fgets(line, sizeof line, stdin)) {
        timer_gettime(timer, &until);
        vt_print("timer_left", vt_ns(until.it_value));
        timerfd_gettime(fd, &until);
        vt_print("timerfd_left", vt_ns(until.it_value));
    }
    return 0;
}
