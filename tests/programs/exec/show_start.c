/* Prints the clock, and the arguments and variables that it was started with, one a line. */
#include <stdio.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("clock=%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
    for (int i = 1; i < argc; i++)
        printf("argument %s\n", argv[i]);
    for (char **variable = environ; variable && *variable; variable++)
        printf("variable %s\n", *variable);
    return 0;
}
