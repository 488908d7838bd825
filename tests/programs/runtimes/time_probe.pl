# Prints the clock, and how long waits take by that clock and by the wall clock.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime clock_nanosleep time sleep CLOCK_MONOTONIC TIMER_ABSTIME);

sub timed {
    my ($name, $wait) = @_;
    my ($virtual, $wall) = (clock_gettime(CLOCK_MONOTONIC), time);
    $wait->();
    printf "wait %s %f %f\n", $name, (clock_gettime(CLOCK_MONOTONIC) - $virtual) * 1e3, (time - $wall) * 1e3;
}

printf "clock=%.9f\n", clock_gettime(CLOCK_MONOTONIC);
printf "date=%.6f\n", time;
timed('sleep', sub { sleep 0.3 });
timed('clock_nanosleep', sub { clock_nanosleep(CLOCK_MONOTONIC, (clock_gettime(CLOCK_MONOTONIC) + 0.3) * 1e9, TIMER_ABSTIME) });
