/*
 * map_file FILE MODE [WHAT]...: maps FILE, prints its process and thread ids, and stays until its input ends.
 * MODE: rw, ro, private. WHAT: thread (one more thread), first-ends (the first thread ends, the others stay), unlink,
 * one-page or two-pages (maps so much of the file's start without access, too).
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *stay(void *unused)
{
    (void)unused;
    printf("thread=%d\n", gettid());
    while (getchar() != EOF)
        ;
    exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int writes = !strcmp(argv[2], "rw");
    int fd = open(argv[1], writes ? O_RDWR : O_RDONLY);
    int sharing = !strcmp(argv[2], "private") ? MAP_PRIVATE : MAP_SHARED;
    if (fd < 0 || mmap(NULL, 4096, writes ? PROT_READ | PROT_WRITE : PROT_READ, sharing, fd, 0) == MAP_FAILED)
        return 3;
    for (int i = 3; i < argc; i++) {
        int pages = !strcmp(argv[i], "two-pages") ? 2 : !strcmp(argv[i], "one-page");
        if (pages && mmap(NULL, pages * sysconf(_SC_PAGESIZE), PROT_NONE, MAP_SHARED, fd, 0) == MAP_FAILED)
            return 3;
    }
    close(fd);
    setvbuf(stdout, NULL, _IONBF, 0);
    int first_ends = 0;
    for (int i = 3; i < argc; i++) {
        pthread_t thread;
        if (!strcmp(argv[i], "unlink"))
            unlink(argv[1]);
        if (!strcmp(argv[i], "thread"))
            pthread_create(&thread, NULL, stay, NULL);
        first_ends |= !strcmp(argv[i], "first-ends");
    }
    printf("process=%d\n", getpid());
    if (first_ends)
        pthread_exit(NULL);
    stay(NULL);
}
