/* slot_wait FUNCTION MILLISECONDS: prints its thread and its deadline, waits, prints the result, and stays until its input ends. */
#include "waits.h"

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int64_t deadline = vt_now(CLOCK_MONOTONIC) + atoll(argv[2]) * MS;

    printf("thread=%d\n", vt_thread());
    vt_print("deadline", deadline);
    printf("error=%d\n", wait_until(argv[1], deadline));
    vt_print("late_ms", (vt_now(CLOCK_MONOTONIC) - deadline) * 1000);
    while (getchar() != EOF)
        ;
    return 0;
}
