/* Cancels a thread that waits below framed_call, and prints how often the personality routine of framed_call was called. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

long framed_call(long (*function)(void));
extern volatile int personality_calls;

static int entered[2];

static long wait_for_ever(void)
{
    if (write(entered[1], "", 1) == 1)
        for (;;)
            pause();
    return 0;
}

static void *waiter(void *unused)
{
    framed_call(wait_for_ever);
    return unused;
}

int main(void)
{
    pthread_t thread;
    void *value;
    char byte;

    if (pipe(entered) || pthread_create(&thread, NULL, waiter, NULL) || read(entered[0], &byte, 1) != 1)
        return 2;
    pthread_cancel(thread);
    pthread_join(thread, &value);
    printf("canceled=%d\npersonality_calls=%d\n", value == PTHREAD_CANCELED, personality_calls);
    return 0;
}
