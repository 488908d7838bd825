/* The functions that execute a program, each wrapped as a function of a file, at most seven arguments, and an environment. */
#ifndef PROBE_EXECS_WAYS_H
#define PROBE_EXECS_WAYS_H

#include "probe.h"
#include <fcntl.h>
#include <spawn.h>

extern char **environ;

struct way {
    const char *function;
    void (*execute)(const char *file, char **arguments, char **environment);
};

static void by_execve(const char *file, char **arguments, char **environment)
{
    execve(file, arguments, environment);
}

static void by_execv(const char *file, char **arguments, char **environment)
{
    environ = environment;
    execv(file, arguments);
}

static void by_execvp(const char *file, char **arguments, char **environment)
{
    environ = environment;
    execvp(file, arguments);
}

static void by_execvpe(const char *file, char **arguments, char **environment)
{
    execvpe(file, arguments, environment);
}

static void by_execl(const char *file, char **a, char **environment)
{
    environ = environment;
    execl(file, a[0], a[1], a[2], a[3], a[4], a[5], a[6], (char *)NULL);
}

static void by_execlp(const char *file, char **a, char **environment)
{
    environ = environment;
    execlp(file, a[0], a[1], a[2], a[3], a[4], a[5], a[6], (char *)NULL);
}

static void by_execle(const char *file, char **a, char **environment)
{
    execle(file, a[0], a[1], a[2], a[3], a[4], a[5], a[6], (char *)NULL, environment);
}

static void by_fexecve(const char *file, char **arguments, char **environment)
{
    fexecve(open(file, O_RDONLY | O_CLOEXEC), arguments, environment);
}

static void by_execveat(const char *file, char **arguments, char **environment)
{
    execveat(AT_FDCWD, file, arguments, environment, 0);
}

static void by_syscall(const char *file, char **arguments, char **environment)
{
    syscall(SYS_execve, file, arguments, environment);
}

static void by_syscall_at(const char *file, char **arguments, char **environment)
{
    syscall(SYS_execveat, open(file, O_PATH | O_CLOEXEC), "", arguments, environment, AT_EMPTY_PATH);
}

static void wait_for_exit(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        ;
    say("status", "%x", status);
}

static void end_as_child(const char *function, int error, pid_t child)
{
    if (error) {
        say(function, "%s", error_name(error));
        return;
    }
    wait_for_exit(child);
    _exit(0);
}

static void by_posix_spawn(const char *file, char **arguments, char **environment)
{
    pid_t child;
    int error = posix_spawn(&child, file, NULL, NULL, arguments, environment);

    end_as_child("posix_spawn", error, child);
}

static void by_posix_spawnp(const char *file, char **arguments, char **environment)
{
    pid_t child;
    int error = posix_spawnp(&child, file, NULL, NULL, arguments, environment);

    end_as_child("posix_spawnp", error, child);
}

static const struct way ways[] = {
    {"execve", by_execve}, {"execv", by_execv}, {"execvp", by_execvp}, {"execvpe", by_execvpe},
    {"execl", by_execl}, {"execlp", by_execlp}, {"execle", by_execle}, {"fexecve", by_fexecve}, {"execveat", by_execveat},
    {"syscall(execve)", by_syscall}, {"syscall(execveat)", by_syscall_at},
    {"posix_spawn", by_posix_spawn}, {"posix_spawnp", by_posix_spawnp},
};

#endif
