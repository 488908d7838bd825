/* Closes a handle of own_close_library.c, whose address does not fit into 32 bits. */
#include <stdio.h>
#include <stdlib.h>

struct handle {
    int is_open;
};

long end_handle(struct handle *handle);

int main(void)
{
    struct handle handle = {1};

    printf("answer=%ld\n", end_handle(&handle));
    printf("is_open=%d\n", handle.is_open);
    return 0;
}
