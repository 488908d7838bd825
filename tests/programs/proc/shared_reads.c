/*
 * Two threads read the beginning of /proc/self/stat by one descriptor, while the length of the text changes. Prints how often the text was
 * incomplete.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHANGES 4000

static int file;
static atomic_int is_done;
static atomic_long reads, broken;

/* A complete text is one line, with 50 spaces behind the name in parentheses. */
static int is_whole(const char *text, ssize_t length)
{
    const char *at = strrchr(text, ')');
    int spaces = 0;

    for (; at && *at; at++)
        spaces += *at == ' ';
    return length > 0 && (ssize_t)strlen(text) == length && strchr(text, '\n') == text + length - 1 && spaces == 50;
}

static void *read_it(void *by_system_call)
{
    char text[4096];

    while (!is_done) {
        ssize_t length = by_system_call ? syscall(SYS_pread64, file, text, sizeof text - 1, 0) : pread(file, text, sizeof text - 1, 0);
        text[length < 0 ? 0 : length] = 0;
        reads++;
        broken += !is_whole(text, length);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[2];

    file = open("/proc/self/stat", O_RDONLY);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, read_it, i ? &file : NULL);
    for (int i = 0; i < CHANGES; i++) {
        prctl(PR_SET_NAME, i % 2 ? "a" : "a longer name");
        usleep(200);
    }
    is_done = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("read=%s\nbroken=%ld\n", reads ? "yes" : "no", broken);
    return 0;
}
