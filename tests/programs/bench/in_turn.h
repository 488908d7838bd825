// Calls a library's function and libc's function in turn.
#ifndef IN_TURN_H
#define IN_TURN_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *find(const char *library, const char *name)
{
    void *handle = dlopen(library, RTLD_NOW), *found = handle ? dlsym(handle, name) : NULL;
    if (!found) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return found;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// Prints the library's median, then libc's.
static void print_medians(double *times[2], int rounds)
{
    for (int k = 0; k < 2; k++) {
        qsort(times[k], rounds, sizeof(double), compare);
        printf("%.1f\n", times[k][rounds / 2]);
    }
}

#endif
