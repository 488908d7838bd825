/* overwrite_environment TITLE: does the same as setproctitle in servers. Writes TITLE over its arguments and environment, prints its process id and
 * then, for each line of input, the monotonic clock. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char title[256], line[64];

    if (argc != 2)
        return 2;
    snprintf(title, sizeof title, "%s", argv[1]);
    char *end = argv[1] + strlen(argv[1]) + 1;
    for (char **entry = environ; *entry; entry++)
        if (*entry == end)
            end += strlen(end) + 1;
    memset(argv[0], 0, end - argv[0]);
    strncpy(argv[0], title, end - argv[0] - 1);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("clock=%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
