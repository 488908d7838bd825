/* Cannot be examined by its own user, like a program that has raised its privileges. Prints its process id and stays until its input ends. */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        return 1;
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
