/*
 * executions spawn|vfork|fail RUNS [keep] [NAME=VALUE]... : executes /bin/true by posix_spawn, or by vfork and execve, and waits for it; or calls execve
 * for a program that is not there, a thousand times each run. The program gets the variables named; with `keep`, this one's environment in front.
 * Prints the median of the wall times in nanoseconds.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FAILURES = 1000 };

extern char **environ;
static char *arguments[] = {"/bin/true", NULL};
static char **variables;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void await(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "executions: /bin/true failed\n");
        exit(1);
    }
}

static void spawn(void)
{
    pid_t child;

    if (posix_spawn(&child, arguments[0], NULL, NULL, arguments, variables) != 0)
        exit(1);
    await(child);
}

static void by_vfork(void)
{
    pid_t child = vfork();

    if (child == 0) {
        execve(arguments[0], arguments, variables);
        _exit(127);
    }
    await(child);
}

static void fail(void)
{
    for (int i = 0; i < FAILURES; i++)
        execve("/nonexistent/program", arguments, variables);
}

int main(int argc, char **argv)
{
    void (*run)(void) = argc > 2 && !strcmp(argv[1], "spawn") ? spawn : argc > 2 && !strcmp(argv[1], "vfork") ? by_vfork : fail;
    int runs = argc > 2 ? atoi(argv[2]) : 0, count = 0, next = 3;
    double *times = calloc(runs > 0 ? runs : 1, sizeof *times);

    if (runs < 1)
        return 2;
    while (environ[count])
        count++;
    variables = calloc(count + argc, sizeof *variables);
    if (next < argc && !strcmp(argv[next], "keep")) {
        memcpy(variables, environ, count * sizeof *variables);
        next++;
    } else
        count = 0;
    memcpy(variables + count, argv + next, (argc - next) * sizeof *variables);

    for (int i = 0; i < runs; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        run();
        clock_gettime(CLOCK_MONOTONIC, &b);
        times[i] = ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / (run == fail ? FAILURES : 1);
    }
    qsort(times, runs, sizeof *times, compare);
    printf("%.0f\n", times[runs / 2]);
    return 0;
}
