// usage: spawn RUNS [NAME=VALUE]... -- COMMAND [ARG]...
// Runs COMMAND RUNS times with the additional variables, and prints the median of the wall times in nanoseconds.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double run(char **argv, char **env)
{
    struct timespec a, b;
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    clock_gettime(CLOCK_MONOTONIC, &a);
    if (posix_spawnp(&pid, argv[0], &files, NULL, argv, env) != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "spawn: %s failed\n", argv[0]);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    posix_spawn_file_actions_destroy(&files);
    return (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec);
}

int main(int argc, char **argv)
{
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1)
        return 2;
    int count = 0, next = 2;
    while (environ[count])
        count++;
    char **env = calloc(count + argc + 1, sizeof *env);
    memcpy(env, environ, count * sizeof *env);
    for (; next < argc && strcmp(argv[next], "--") != 0; next++)
        env[count++] = argv[next];
    if (next + 1 >= argc)
        return 2;
    double *times = calloc(runs, sizeof *times);
    for (int i = 0; i < runs; i++)
        times[i] = run(argv + next + 1, env);
    qsort(times, runs, sizeof *times, compare);
    printf("%.0f\n", times[runs / 2]);
    return 0;
}
