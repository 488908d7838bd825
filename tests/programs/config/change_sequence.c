/* change_sequence MILLISECONDS: keeps the sequence odd and changes it every so often, for a minute at most. */
#include "../virttime_conf.h"

int main(int argc, char **argv)
{
    volatile uint64_t *sequence = vt_sequence(vt_map(NULL));
    int milliseconds = argc > 1 ? atoi(argv[1]) : 100;

    *sequence |= 1;
    printf("started=1\n");
    fflush(stdout);
    for (int past = 0; past < 60000; past += milliseconds) {
        usleep(milliseconds * 1000);
        *sequence += 2;
    }
    return 0;
}
