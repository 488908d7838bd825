/* tracer PID: traces that thread, as a debugger does, until its input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    printf("error=%d\n", ptrace(PTRACE_SEIZE, atoi(argv[1]), 0, 0) != 0);
    fflush(stdout);
    getchar();
    return 0;
}
