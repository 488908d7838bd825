// Prints the resident set of an idle process in bytes, without the files of libc and its loader. The kernel maps those in pieces of 64 KiB around
// each page that is touched, so their size differs by 100 KiB between two random layouts.
#include <stdio.h>
#include <string.h>

int main(void)
{
    char line[4096];
    long kilobytes, sum = 0;
    int counts = 0;
    FILE *file = fopen("/proc/self/smaps", "r");
    while (file && fgets(line, sizeof line, file)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            counts = !strstr(line, "/libc.so.") && !strstr(line, "/ld-linux") && !strstr(line, "[vdso]");
        else if (counts && sscanf(line, "Rss: %ld", &kilobytes) == 1)
            sum += kilobytes;
    }
    printf("%ld\n", sum * 1024);
    return 0;
}
