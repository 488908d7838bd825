/*
 * exec_ways [set=NAME=VALUE | many=NUMBER | vfork | handler | overwritten | without-memory | often | apostrophes=NUMBER | elsewhere=DIRECTORY]... WAY
 *           PROGRAM [ARGUMENT]...
 *
 * Executes PROGRAM in this way, with an environment of only the variables that were set. If the way starts a child, this program waits for it and
 * ends with its status. It prints a failure as `errno=NUMBER`. PROGRAM may be `unreadable`, a pointer to unreadable memory, or `endless`, a path
 * without an end in its memory.
 *
 *   many            adds this many variables
 *   vfork, handler  executes in a vfork child, or in a signal handler on a small stack
 *   overwritten     overwrites the environment that it was itself started with
 *   without-memory  leaves no memory that could be allocated
 *   often           tries a thousand times if it fails
 *   apostrophes     puts this many behind the first word of a shell command
 *   elsewhere       makes a spawned child first change to that directory
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { VARIABLES = 4096 };

static char *variables[VARIABLES + 1];
static int variable_count;

static int fail(int error)
{
    printf("errno=%d\n", error);
    fflush(stdout);
    return 127;
}

static int wait_for(pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail(errno);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void execute_variadic(const char *way, char **a)
{
    if (!strcmp(way, "execl"))
        execl(a[0], a[0], a[1], (char *)NULL);
    else if (!strcmp(way, "execlp"))
        execlp(a[0], a[0], a[1], (char *)NULL);
    else if (!strcmp(way, "execle"))
        execle(a[0], a[0], a[1], (char *)NULL, variables);
    else if (!strcmp(way, "execl-one"))
        execl(a[0], a[0], (char *)NULL);
    else if (!strcmp(way, "execle-four"))
        execle(a[0], a[0], "1", "2", "3", (char *)NULL, variables);
    else if (!strcmp(way, "execle-five"))
        execle(a[0], a[0], "1", "2", "3", "4", (char *)NULL, variables);
    else if (!strcmp(way, "execle-six"))
        execle(a[0], a[0], "1", "2", "3", "4", "5", (char *)NULL, variables);
    else if (!strcmp(way, "execle-seven"))
        execle(a[0], a[0], "1", "2", "3", "4", "5", "6", (char *)NULL, variables);
    else if (!strcmp(way, "execl-many"))
        execl(a[0], a[0], "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", (char *)NULL);
    else if (!strcmp(way, "execlp-many"))
        execlp(a[0], a[0], "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", (char *)NULL);
    else if (!strcmp(way, "execle-many"))
        execle(a[0], a[0], "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", (char *)NULL, variables);
    else
        errno = ENOSYS;
}

static void execute(const char *way, char **a)
{
    int directory = AT_FDCWD;

    errno = 0;
    if (!strcmp(way, "execve"))
        execve(a[0], a, variables);
    else if (!strcmp(way, "execve-null"))
        execve(a[0], a, NULL);
    else if (!strcmp(way, "execv"))
        execv(a[0], a);
    else if (!strcmp(way, "execvp"))
        execvp(a[0], a);
    else if (!strcmp(way, "execvpe"))
        execvpe(a[0], a, variables);
    else if (!strcmp(way, "fexecve"))
        fexecve(open(a[0], O_RDONLY | O_CLOEXEC), a, variables);
    else if (!strcmp(way, "fexecve-path"))
        fexecve(open(a[0], O_PATH | O_CLOEXEC), a, variables);
#ifdef __GLIBC__
    else if (!strcmp(way, "execveat"))
        execveat(directory, a[0], a, variables, 0);
    else if (!strcmp(way, "execveat-empty"))
        execveat(open(a[0], O_PATH | O_CLOEXEC), "", a, variables, AT_EMPTY_PATH);
#endif
    else if (!strcmp(way, "syscall-execve"))
        syscall(SYS_execve, a[0], a, variables);
    else if (!strcmp(way, "syscall-execveat"))
        syscall(SYS_execveat, directory, a[0], a, variables, 0);
    else
        execute_variadic(way, a);
}

static const char *elsewhere;

static int start(const char *way, char **a)
{
    posix_spawn_file_actions_t actions, *wanted = elsewhere ? &actions : NULL;
    pid_t child;

    posix_spawn_file_actions_init(&actions);
    if (elsewhere)
        posix_spawn_file_actions_addchdir_np(&actions, elsewhere);
    int error = !strcmp(way, "posix_spawn") ? posix_spawn(&child, a[0], wanted, NULL, a, variables)
                                            : posix_spawnp(&child, a[0], wanted, NULL, a, variables);

    return error ? fail(error) : wait_for(child);
}

static int run_shell(const char *way, const char *command)
{
    char line[4096];
    int status;

    if (!strcmp(way, "system"))
        status = system(command);
    else {
        FILE *output = popen(command, "re");
        while (output && fgets(line, sizeof line, output))
            fputs(line, stdout);
        status = output ? pclose(output) : -1;
    }
    return status < 0 ? fail(errno) : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const char *way, char **a)
{
    if (!strncmp(way, "posix_spawn", 11))
        return start(way, a);
    if (!strcmp(way, "system") || !strcmp(way, "popen"))
        return run_shell(way, a[0]);
    execute(way, a);
    return fail(errno);
}

/* In a function of its own, so that the child's frames lie below it. */
static int run_in_vfork(const char *way, char **a)
{
    pid_t child = vfork();

    if (child == 0) {
        execute(way, a);
        _exit(errno == 0 ? 99 : 100 + errno);
    }
    return wait_for(child);
}

static const char *handled_way;
static char **handled_program;

static void run_in_handler(int number)
{
    (void)number;
    execute(handled_way, handled_program);
    _exit(100 + errno);
}

static int run_on_signal_stack(const char *way, char **a)
{
    char *memory = mmap(NULL, 3 * 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t small = {.ss_sp = memory + 8192, .ss_size = 8192};

    mprotect(memory, 8192, PROT_NONE);
    struct sigaction action = {.sa_handler = run_in_handler, .sa_flags = SA_ONSTACK};
    handled_way = way;
    handled_program = a;
    sigaltstack(&small, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    return 99;
}

/* setproctitle does the same. */
static void overwrite_environment(void)
{
    for (char **variable = environ; *variable; variable++)
        memset(*variable, 'x', strlen(*variable));
}

static long pages_in_use(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file || fscanf(file, "%ld", &pages) != 1)
        pages = -1;
    if (file)
        fclose(file);
    return pages;
}

static int lowest_free_descriptor(void)
{
    int lowest = dup(0);

    close(lowest);
    return lowest;
}

static int fail_often(const char *way, char **a)
{
    execute(way, a);
    long before = pages_in_use();
    int free_before = lowest_free_descriptor();

    for (int i = 0; i < 1000; i++)
        execute(way, a);
    int error = errno;
    printf("pages=%ld\n", pages_in_use() - before);
    printf("descriptors=%d\n", lowest_free_descriptor() - free_before);
    return fail(error);
}

static char *numbered_variable(int number)
{
    char *text = malloc(32);

    snprintf(text, 32, "MANY_%d=%d", number, number);
    return text;
}

static char *strange_path(const char *kind)
{
    char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(memory, '/', 4096);
    mprotect(memory + 4096, 4096, PROT_NONE);
    return !strcmp(kind, "unreadable") ? memory + 4096 : !strcmp(kind, "endless") ? memory + 4000 : NULL;
}

static char *quoted_command(const char *word, int apostrophes)
{
    char *command = malloc(strlen(word) + apostrophes + 2);

    memset(stpcpy(stpcpy(command, word), " "), '\'', apostrophes);
    command[strlen(word) + 1 + apostrophes] = 0;
    return command;
}

int main(int argc, char **argv)
{
    int apostrophes = 0;
    int (*how)(const char *, char **) = run;
    int first = 1, has_memory = 1;

    for (; first < argc; first++) {
        if (!strncmp(argv[first], "set=", 4))
            variables[variable_count++] = argv[first] + 4;
        else if (!strncmp(argv[first], "many=", 5))
            for (int i = atoi(argv[first] + 5); i > 0 && variable_count < VARIABLES; i--)
                variables[variable_count++] = numbered_variable(i);
        else if (!strncmp(argv[first], "apostrophes=", 12))
            apostrophes = atoi(argv[first] + 12);
        else if (!strcmp(argv[first], "vfork"))
            how = run_in_vfork;
        else if (!strcmp(argv[first], "handler"))
            how = run_on_signal_stack;
        else if (!strncmp(argv[first], "elsewhere=", 10))
            elsewhere = argv[first] + 10;
        else if (!strcmp(argv[first], "often"))
            how = fail_often;
        else if (!strcmp(argv[first], "overwritten"))
            overwrite_environment();
        else if (!strcmp(argv[first], "without-memory"))
            has_memory = 0;
        else
            break;
    }
    if (argc < first + 2)
        return 2;
    environ = variable_count ? variables : NULL;
    char *strange = strange_path(argv[first + 1]);
    if (strange)
        argv[first + 1] = strange;
    if (apostrophes)
        argv[first + 1] = quoted_command(argv[first + 1], apostrophes);
    if (!has_memory)
        setrlimit(RLIMIT_AS, &(struct rlimit){0, RLIM_INFINITY});
    return how(argv[first], argv + first + 1);
}
