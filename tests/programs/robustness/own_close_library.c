/* A library with its own function that has the name of one of libc's, and takes a pointer and another argument. */
struct handle {
    int is_open;
};

long close(struct handle *handle, long answer);
long end_handle(struct handle *handle);

long close(struct handle *handle, long answer)
{
    handle->is_open = 0;
    return answer;
}

long end_handle(struct handle *handle)
{
    return close(handle, 42);
}
