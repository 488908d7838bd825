/* A library with its own functions that have the names of some of libc's and take other arguments. */
long open(long device, long channel, long rate, long bits, long flags);
long rewind(long track, long by);
long fopen(long how);
long use_own_names(void);

long open(long device, long channel, long rate, long bits, long flags)
{
    return device + channel + rate + bits + flags;
}

long rewind(long track, long by)
{
    return track - by;
}

long fopen(long how)
{
    return how;
}

long use_own_names(void)
{
    return open(3, 10, 100, 1000, 10000) + rewind(900000, 100000) + fopen(1000000);
}
