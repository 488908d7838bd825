/* vfork, a read of the clock, exec: the child's two readings and the parent's own are in order. */
#include "../virttime_conf.h"
#include <string.h>
#include <sys/wait.h>

static int64_t between;

int main(int argc, char **argv)
{
    if (argc == 2) {
        vt_print("clock_behind_exec", vt_now(CLOCK_MONOTONIC));
        return 0;
    }
    vt_print("clock", vt_now(CLOCK_MONOTONIC));
    pid_t child = vfork();
    if (child == 0) {
        between = vt_now(CLOCK_MONOTONIC);
        execl(argv[0], argv[0], "child", (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    vt_print("clock_between", between);
    vt_print("clock_in_the_end", vt_now(CLOCK_MONOTONIC));
    return 0;
}
