/* Cannot be looked into by its own user, as a program that has raised its privileges; says its process id and stays until its input ends. */
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
