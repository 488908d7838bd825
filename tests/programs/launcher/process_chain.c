/* usage: process_chain fork|exec SECONDS
 * Runs for SECONDS as a chain of short-lived processes, or as one process that executes itself again and again. It is linked statically, so it never
 * maps the config file. Fails if the file that VIRT_TIME_CONF names disappears meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    char end[32];
    int is_first = argc == 3, forks = strcmp(argv[1], "fork") == 0;
    snprintf(end, sizeof end, "%ld", is_first ? (long)time(NULL) + atol(argv[2]) : atol(argv[3]));
    do {
        if (access(getenv("VIRT_TIME_CONF"), F_OK) != 0) {
            puts("deleted");
            return 1;
        }

        if (!forks && time(NULL) < atol(end))
            execv("/proc/self/exe", (char *[]){ argv[0], argv[1], argv[2], end, NULL });
        if (forks && fork() > 0)
            _exit(0);
    } while (time(NULL) < atol(end));
    puts("fine");
    return 0;
}
