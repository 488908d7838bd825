/* A thread sends signals to itself until a line arrives. Each must be handled before the call that sends it returns. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile unsigned long handled;
static unsigned long sent, lost;
static volatile int is_over;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

static void *send_signals(void *unused)
{
    while (!is_over) {
        unsigned long before = handled;
        pthread_kill(pthread_self(), SIGUSR1);
        sent++;
        lost += handled == before;
        usleep(200);
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    char line[16];

    signal(SIGUSR1, handle);
    pthread_create(&thread, NULL, send_signals, NULL);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        line[0] = 0;
    is_over = 1;
    pthread_join(thread, NULL);
    printf("sent=%lu\nlost=%lu\n", sent, lost);
    return 0;
}
