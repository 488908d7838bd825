/* A library that is loaded and unloaded all the time. */
int small_library_number(void)
{
    return 1;
}
