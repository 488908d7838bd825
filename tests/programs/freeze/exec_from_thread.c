/* exec_from_thread ROUNDS: executes itself this many times, each time from a thread other than the first, while ten threads wait. Every other time
 * the first thread has ended. Prints its process id at the start. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMPANY 10

static char *program;
static int rounds;

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void *execute(void *unused)
{
    char next[16];

    if (rounds <= 0)
        _exit(0);
    snprintf(next, sizeof next, "%d", rounds - 1);
    execl(program, program, next, "again", (char *)NULL);
    _exit(3);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc < 2)
        return 2;
    program = argv[0];
    rounds = atoi(argv[1]);
    if (argc == 2) {
        printf("pid=%d\n", getpid());
        fflush(stdout);
    }
    for (int i = 0; i < COMPANY; i++)
        pthread_create(&thread, NULL, wait_for_ever, NULL);
    usleep(2000);
    pthread_create(&thread, NULL, execute, NULL);
    if (rounds % 2)
        pthread_exit(NULL);
    wait_for_ever(NULL);
}
