/* change_sequence MILLISECONDS: keeps the file locked and its sequence odd, and changes the sequence at this interval, for a minute at most. */
#include "../virttime_conf.h"
#include <sys/file.h>

int main(int argc, char **argv)
{
    volatile uint64_t *sequence = vt_sequence(vt_map(NULL));
    int milliseconds = argc > 1 ? atoi(argv[1]) : 100;

    flock(open(getenv("VIRT_TIME_CONF"), O_RDWR), LOCK_EX);
    *sequence |= 1;
    printf("started=1\n");
    fflush(stdout);
    for (int past = 0; past < 60000; past += milliseconds) {
        usleep(milliseconds * 1000);
        *sequence = (*sequence + 2) | 1;
    }
    return 0;
}
