/* crowd N: runs N processes that sleep, each with 3 MB of memory of its own, until standard input is closed. Prints "ready" when all have started. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { OWN_BYTES = 3 << 20 };

int main(int argc, char **argv)
{
    int size = argc == 2 ? atoi(argv[1]) : 0;
    char *own = malloc(OWN_BYTES);

    if (size <= 0 || own == NULL)
        return 2;
    memset(own, 1, OWN_BYTES);
    for (int i = 0; i < size; i++) {
        pid_t child = fork();

        if (child < 0)
            return 1;
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    /* The other processes end with this one. */
    return 0;
}
