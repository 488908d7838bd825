/* throw_out_of_wait FUNCTION: a signal handler throws a C++ exception through a wait. */
#include "left_wait.h"

static void throw_number(int)
{
    throw 42;
}

static void *wait_and_catch(void *function)
{
    try {
        ualarm(200000, 0);
        wait_until(static_cast<const char *>(function), vt_now(CLOCK_MONOTONIC) + 3000 * MS);
        puts("caught=0");
    } catch (int number) {
        printf("caught=%d\n", number);
    }
    print_slot("left");
    return end_thread(static_cast<const char *>(function));
}

int main(int argc, char **argv)
{
    return argc == 2 ? run_thread(wait_and_catch, argv[1], throw_number) : 2;
}
