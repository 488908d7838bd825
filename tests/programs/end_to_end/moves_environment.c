/* A library whose constructor moves the environment, as setenv does. No auxiliary vector follows the new copy. */
#include <stddef.h>
#include <unistd.h>

enum { MOST = 1000, BEHIND = 64 };

static char *moved[MOST + BEHIND];

__attribute__((constructor)) static void move_environment(void)
{
    int count = 0;

    for (; environ[count] && count < MOST - 1; count++)
        moved[count] = environ[count];
    for (int i = count + 1; i < MOST + BEHIND; i++)
        moved[i] = (char *)moved;
    environ = moved;
}
