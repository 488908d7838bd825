// usage: opens LIBRARY PATH ROUNDS
// Prints the nanoseconds of one open(PATH), without closing, for the interposer LIBRARY and for libc, called in turn: two medians.
#include "in_turn.h"
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define CALLS 200

typedef int (*open_fn)(const char *, int, ...);
typedef int (*clock_fn)(clockid_t, struct timespec *);

static clock_fn read_clock;

static double now(void)
{
    struct timespec t;
    read_clock(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double measure(open_fn function, const char *path)
{
    int files[CALLS];
    double start = now();
    for (int i = 0; i < CALLS; i++)
        files[i] = function(path, O_RDONLY);
    double end = now();
    for (int i = 0; i < CALLS; i++)
        close(files[i]);
    return (end - start) / CALLS;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int rounds = atoi(argv[3]);
    // libc's functions are found first. Once the interposer is loaded, it answers these look-ups.
    read_clock = (clock_fn)find("libc.so.6", "clock_gettime");
    open_fn functions[] = {NULL, (open_fn)find("libc.so.6", "open")};
    functions[0] = (open_fn)find(argv[1], "open");
    double *times[] = {calloc(rounds, sizeof(double)), calloc(rounds, sizeof(double))};
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < 2; k++)
            times[(i + k) % 2][i] = measure(functions[(i + k) % 2], argv[2]);
    print_medians(times, rounds);
    return 0;
}
