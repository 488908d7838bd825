// usage: executions LIBRARY spawn|vfork|fail keep|clear ROUNDS
// Prints two medians in nanoseconds, for the interposer LIBRARY and for libc, called in turn: of running /bin/true to its end by posix_spawn, or by
// vfork and execve, or of an execve of a missing file. The executed program has the interposer loaded each time. keep: its variables are this
// process's environment and the library's two; clear: the environment passed to the interposer is empty, so the interposer has to add the two.
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FAILURES = 1000, OURS = 0, NATIVE = 1 };

typedef int (*clock_fn)(clockid_t, struct timespec *);
typedef int (*spawn_fn)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char **, char **);
typedef int (*exec_fn)(const char *, char **, char **);

extern char **environ;
static clock_fn read_clock;
static char *arguments[] = {"/bin/true", NULL};

static double now(void)
{
    struct timespec t;
    read_clock(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *find(const char *library, const char *name)
{
    void *handle = dlopen(library, RTLD_NOW), *found = handle ? dlsym(handle, name) : NULL;
    if (!found) {
        fprintf(stderr, "executions: %s\n", dlerror());
        exit(1);
    }
    return found;
}

static pid_t start(const char *how, void *function, char **variables)
{
    pid_t child = -1;
    if (how[0] == 's')
        ((spawn_fn)function)(&child, arguments[0], NULL, NULL, arguments, variables);
    else if ((child = vfork()) == 0) {
        ((exec_fn)function)(arguments[0], arguments, variables);
        _exit(127);
    }
    return child;
}

static double measure(const char *how, void *function, char **variables)
{
    int calls = how[0] == 'f' ? FAILURES : 1, status;
    double begin = now();
    for (int i = 0; i < calls; i++) {
        if (how[0] == 'f')
            ((exec_fn)function)("/nonexistent/program", arguments, variables);
        else if (waitpid(start(how, function, variables), &status, 0) < 0 || status != 0) {
            fprintf(stderr, "executions: /bin/true failed\n");
            exit(1);
        }
    }
    return (now() - begin) / calls;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static char **with_interposer(const char *library, int keep)
{
    int count = 0;
    while (environ[count])
        count++;
    char **variables = calloc(count + 3, sizeof *variables);
    if (keep)
        memcpy(variables, environ, count * sizeof *variables);
    else
        count = 0;
    if (asprintf(&variables[count], "LD_PRELOAD=%s", library) < 0 || asprintf(&variables[count + 1], "VIRT_TIME_CONF=%s", getenv("VIRT_TIME_CONF")) < 0)
        exit(1);
    return variables;
}

int main(int argc, char **argv)
{
    if (argc != 5 || !getenv("VIRT_TIME_CONF"))
        return 2;
    const char *how = argv[2], *name = how[0] == 's' ? "posix_spawn" : "execve";
    int keep = argv[3][0] == 'k', rounds = atoi(argv[4]);
    char *none[] = {NULL}, **both = with_interposer(argv[1], keep), **variables[] = {keep ? both : none, both};

    // libc's functions are found first. Once the interposer is loaded, it answers these look-ups.
    read_clock = (clock_fn)find("libc.so.6", "clock_gettime");
    void *functions[] = {NULL, find("libc.so.6", name)};
    functions[OURS] = find(argv[1], name);

    double *times[] = {calloc(rounds, sizeof(double)), calloc(rounds, sizeof(double))};
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < 2; k++)
            times[(i + k) % 2][i] = measure(how, functions[(i + k) % 2], variables[(i + k) % 2]);
    for (int k = 0; k < 2; k++) {
        qsort(times[k], rounds, sizeof(double), compare);
        printf("%.1f\n", times[k][rounds / 2]);
    }
    return 0;
}
