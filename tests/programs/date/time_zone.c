/* The kernel's time zone, as gettimeofday stores it over other data: together with a time, and alone; by the library and by a system call. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { GARBAGE = 0x5a };

static struct timezone zone;

static void *garbage(void)
{
    memset(&zone, GARBAGE, sizeof zone);
    return &zone;
}

static void say(const char *way, int result)
{
    printf("%s=%d %d %d\n", way, result, zone.tz_minuteswest, zone.tz_dsttime);
}

int main(void)
{
    /* Neither the compiler nor libc's header may drop the second argument. */
    int (*volatile read_time)(struct timeval *, void *) = (int (*)(struct timeval *, void *))gettimeofday;
    struct timeval now;

    say("function", read_time(&now, garbage()));
    say("function alone", read_time(NULL, garbage()));
    say("call", syscall(SYS_gettimeofday, &now, garbage()));
    say("call alone", syscall(SYS_gettimeofday, NULL, garbage()));
    return 0;
}
