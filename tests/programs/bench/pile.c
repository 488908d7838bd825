/*
 * pile LAUNCHES PER_MINUTE KEPT EMPTIED COMMAND [ARG]...
 * Runs COMMAND LAUNCHES times with XDG_RUNTIME_DIR=KEPT and, in turn, with XDG_RUNTIME_DIR=EMPTIED, whose private files it deletes each time. After
 * PER_MINUTE runs it makes the private files in KEPT two minutes older, in their names and modification times. This simulates PER_MINUTE launches in
 * a minute.
 * Prints one number a line: the mean processor times for KEPT and EMPTIED, the largest of each, in nanoseconds; then the number of private files left
 * in KEPT, and their bytes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OLDER_SECONDS = 120 };

extern char **environ;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double run(char **argv, const char *place)
{
    posix_spawn_file_actions_t files;
    struct rusage used;
    pid_t pid;
    int status;

    setenv("XDG_RUNTIME_DIR", place, 1);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ) != 0 || wait4(pid, &status, 0, &used) != pid || status != 0) {
        fprintf(stderr, "pile: %s failed\n", argv[0]);
        exit(1);
    }
    posix_spawn_file_actions_destroy(&files);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
}

/* Calls a function for each private file in place/virttime. The file's name is NAMESPACE-PID.STAMP. */
static void each(const char *place, void (*todo)(int directory, const char *name, long long stamp))
{
    char path[4096];
    snprintf(path, sizeof path, "%s/virttime", place);
    DIR *directory = opendir(path);
    if (directory == NULL)
        fail(path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strchr(entry->d_name, '-') != NULL)
            todo(dirfd(directory), entry->d_name, atoll(dot + 1));
    }
    closedir(directory);
}

static void delete(int directory, const char *name, long long stamp)
{
    (void)stamp;
    if (unlinkat(directory, name, 0) != 0)
        fail(name);
}

static void make_older(int directory, const char *name, long long stamp)
{
    struct timespec now, written[2];
    char other[256];

    clock_gettime(CLOCK_BOOTTIME, &now);
    if (now.tv_sec * 1000 - stamp > OLDER_SECONDS * 1000 || stamp <= OLDER_SECONDS * 1000)
        return;
    clock_gettime(CLOCK_REALTIME, &written[0]);
    written[0].tv_sec -= OLDER_SECONDS;
    written[1] = written[0];
    snprintf(other, sizeof other, "%.*s.%lld", (int)(strrchr(name, '.') - name), name, stamp - OLDER_SECONDS * 1000);
    if (renameat(directory, name, directory, other) != 0 || utimensat(directory, other, written, 0) != 0)
        fail(name);
}

static long long left, bytes;

static void count(int directory, const char *name, long long stamp)
{
    struct stat status;

    (void)stamp;
    if (fstatat(directory, name, &status, 0) != 0)
        fail(name);
    left++;
    bytes += status.st_blocks * 512LL;
}

int main(int argc, char **argv)
{
    double total[2] = {0}, worst[2] = {0};

    if (argc < 6)
        return 2;
    int launches = atoi(argv[1]), per_minute = atoi(argv[2]);
    for (int i = 1; i <= launches; i++) {
        /* The order is reversed in every other round. */
        for (int j = 0; j < 2; j++) {
            int way = (i + j) % 2;
            double time = run(argv + 5, argv[3 + way]);

            total[way] += time;
            if (time > worst[way])
                worst[way] = time;
        }
        each(argv[4], delete);
        if (i % per_minute == 0)
            each(argv[3], make_older);
    }
    each(argv[3], count);
    printf("%.0f\n%.0f\n%.0f\n%.0f\n%lld\n%lld\n", total[0] / launches, total[1] / launches, worst[0], worst[1], left, bytes);
    return 0;
}
