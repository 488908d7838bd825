/*
 * watched_memory FUNCTION [CLOCK]: a thread has the time written to the same memory again and again, while another looks at that memory. Prints
 * how often it held seconds that the clock never read.
 */
#include "virttime_conf.h"

#include <pthread.h>
#include <string.h>
#include <sys/sysinfo.h>

enum { WATCHED_SECONDS = 1, LATEST = 60 };

static const char *function;
static clockid_t clock_id;
static struct timespec now;
static struct sysinfo info;
static volatile int stop;

static void write_time(void)
{
    if (!strcmp(function, "sysinfo"))
        sysinfo(&info);
    else if (!strcmp(function, "syscall"))
        syscall(SYS_clock_gettime, clock_id, &now);
    else
        clock_gettime(clock_id, &now);
}

static long seconds(void)
{
    return !strcmp(function, "sysinfo") ? *(volatile long *)&info.uptime : *(volatile time_t *)&now.tv_sec;
}

static void *keep_writing(void *unused)
{
    while (!stop)
        write_time();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t writer;
    long looks = 0, impossible = 0, example = 0;

    if (argc < 2)
        return 2;
    function = argv[1];
    clock_id = argc > 2 ? atoi(argv[2]) : CLOCK_BOOTTIME;
    write_time();
    long first = seconds();
    pthread_create(&writer, NULL, keep_writing, NULL);
    for (time_t end = time(NULL) + WATCHED_SECONDS; time(NULL) <= end;) {
        for (int i = 0; i < 10000; i++, looks++) {
            long seen = seconds();
            if (seen < first || seen > first + LATEST)
                impossible++, example = seen;
        }
    }
    stop = 1;
    pthread_join(writer, NULL);
    printf("first=%ld\nlooks=%ld\nimpossible=%ld\nexample=%ld\n", first, looks, impossible, example);
    return 0;
}
