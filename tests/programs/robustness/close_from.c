/* Closes descriptors by functions that this libc may lack. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

extern void closefrom(int) __attribute__((weak));
extern int close_range(unsigned int, unsigned int, int) __attribute__((weak));

static int is_closed(int descriptor)
{
    return fcntl(descriptor, F_GETFD) < 0;
}

int main(void)
{
    int first = dup(1), second;

    if (closefrom != NULL)
        closefrom(3);
    else
        close(first);
    printf("closed_from=%d\n", is_closed(first));
    second = dup(1);
    if (close_range == NULL || close_range(3, 255, 0) != 0)
        close(second);
    printf("closed_range=%d\n", is_closed(second));
    return 0;
}
