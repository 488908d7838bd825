/* forked_wait: prints its thread id. After the first line of input it forks a child, which prints its deadline, waits for 600 ms, and prints how long
   it waited. */
#include "../waits.h"

#include <sys/wait.h>

int main(void)
{
    char line[16];

    printf("thread=%d\n", vt_thread());
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        return 1;
    if (fork() == 0) {
        int64_t start = vt_now(CLOCK_REALTIME), deadline = vt_now(CLOCK_MONOTONIC) + 600 * MS;

        printf("child=%d\n", vt_thread());
        vt_print("deadline", deadline);
        wait_until("clock_nanosleep", deadline);
        vt_print("waited_ms", (vt_now(CLOCK_REALTIME) - start) * 1000);
        return 0;
    }
    wait(NULL);
    return 0;
}
