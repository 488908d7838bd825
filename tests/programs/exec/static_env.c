/* The part of env(1) that the tests use: -i, -u NAME, NAME=VALUE. Linked statically. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    int next = 1;

    for (; next < argc && argv[next][0] == '-'; next++) {
        if (!strcmp(argv[next], "-i"))
            clearenv();
        else
            unsetenv(argv[++next]);
    }
    for (; next < argc && strchr(argv[next], '='); next++)
        putenv(argv[next]);
    if (next < argc)
        execvp(argv[next], argv + next);
    return 127;
}
