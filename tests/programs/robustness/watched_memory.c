/*
 * watched_memory FUNCTION [CLOCK]: one thread calls FUNCTION again and again, always with the same memory for the result. Another thread reads that memory. Prints
 * how often it held seconds that the clock never had.
 */
#include "../no_clock_setting.h"
#include "../virttime_conf.h"

#include <pthread.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timex.h>

enum { WATCHED_SECONDS = 1, LATEST = 60 };

static const char *function;
static clockid_t clock_id;
static struct timespec now;
static struct sysinfo info;
static struct timex discipline;
static struct ntptimeval ntp_time;
static struct timeval of_day;
static time_t whole;
static volatile int stop;

static void write_time(void)
{
    if (!strcmp(function, "sysinfo"))
        sysinfo(&info);
    else if (!strcmp(function, "gettimeofday"))
        gettimeofday(&of_day, NULL);
    else if (!strcmp(function, "syscall gettimeofday"))
        syscall(SYS_gettimeofday, &of_day, NULL);
    else if (!strcmp(function, "time"))
        time(&whole);
    else if (!strcmp(function, "timespec_get"))
        timespec_get(&now, TIME_UTC);
    else if (!strcmp(function, "adjtimex"))
        adjtimex(&discipline);
    else if (!strcmp(function, "ntp_gettime"))
        ntp_gettime(&ntp_time);
    else if (!strcmp(function, "syscall"))
        syscall(SYS_clock_gettime, clock_id, &now);
    else
        clock_gettime(clock_id, &now);
}

static long seconds(void)
{
    if (!strcmp(function, "sysinfo"))
        return *(volatile long *)&info.uptime;
    if (strstr(function, "gettimeofday"))
        return *(volatile time_t *)&of_day.tv_sec;
    if (!strcmp(function, "time"))
        return *(volatile time_t *)&whole;
    if (!strcmp(function, "adjtimex"))
        return *(volatile time_t *)&discipline.time.tv_sec;
    return *(volatile time_t *)(!strcmp(function, "ntp_gettime") ? &ntp_time.time.tv_sec : &now.tv_sec);
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
    forbid_setting_the_clock();
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
