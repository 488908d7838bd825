/*
 * lookups_beside_loading LIBRARY...: two threads look clock_gettime up through libc's handle, while a third thread loads and unloads the libraries
 * and overwrites the memory that was freed.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECONDS = 3, BLOCKS = 200 };

static volatile int stop;
static long lookups, loads;

static void *keep_looking_up(void *libc)
{
    void *first = dlsym(libc, "clock_gettime");

    while (!stop) {
        if (!first || dlsym(libc, "clock_gettime") != first)
            abort();
        __atomic_add_fetch(&lookups, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* The blocks have the size of the loader's data for one library. There are more of them than malloc caches for one thread. */
static void fill_freed_memory(void)
{
    void *blocks[BLOCKS];

    for (int i = 0; i < BLOCKS; i++) {
        size_t size = 900 + i % 20 * 32;
        blocks[i] = memset(malloc(size), 0xa5, size);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

static void load_and_unload(char **names, int count)
{
    void *handles[count];

    for (int i = 0; i < count; i++, loads++)
        if (!(handles[i] = dlopen(names[i], RTLD_NOW)))
            puts(dlerror()), exit(3);
    for (int i = 0; i < count; i++)
        dlclose(handles[i]);
}

int main(int argc, char **argv)
{
    void *libc = dlopen("libc.so.6", RTLD_LAZY);
    pthread_t threads[2];

    if (argc < 2 || !libc)
        return 2;
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, keep_looking_up, libc);
    for (time_t end = time(NULL) + SECONDS; time(NULL) < end;) {
        load_and_unload(argv + 1, argc - 1);
        fill_freed_memory();
    }
    stop = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("lookups=%ld\nloads=%ld\n", lookups, loads);
    return 0;
}
