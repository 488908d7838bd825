/* For proc_file.c: reading again. */

static void rewound(void)
{
    int file = open("/proc/uptime", O_RDONLY);

    read_uptime(file);
    pause_a_little();
    printf("sought=%ld\n", (long)lseek(file, 0, SEEK_SET));
    read_uptime(file);
    printf("end=%zd\n", read(file, (char[1]){0}, 1));
}

static void rewound_by_system_call(void)
{
    char text[64] = "";
    int file = syscall(SYS_openat, AT_FDCWD, "/proc/uptime", O_RDONLY);

    read_uptime(file);
    pause_a_little();
    syscall(SYS_lseek, file, 0, SEEK_SET);
    read_uptime(file);
    pause_a_little();
    syscall(SYS_pread64, file, text, sizeof text - 1, 0);
    say_uptime(text);
}

static void read_at_beginning(void)
{
    char text[64] = "";
    int file = open("/proc/uptime", O_RDONLY);

    for (int i = 0; i < 2; i++) {
        pread(file, text, sizeof text - 1, 0);
        say_uptime(text);
        pause_a_little();
    }
}

static void rewound_stream(void)
{
    char text[64] = "";
    FILE *file = fopen("/proc/uptime", "r");

    for (int i = 0; i < 3; i++) {
        fgets(text, sizeof text, file);
        say_uptime(text);
        pause_a_little();
        fflush(file);
        if (i)
            fseek(file, 0, SEEK_SET);
        else
            rewind(file);
    }
}

/* Duplicates share the open file. */
static void duplicated(void)
{
    int file = open("/proc/uptime", O_RDONLY), copies[] = {dup(file), fcntl(file, F_DUPFD, 50), dup2(file, 60), dup3(file, 61, O_CLOEXEC)};

    close(file);
    for (int i = 0; i < 4; i++) {
        pause_a_little();
        lseek(copies[i], 0, SEEK_SET);
        read_uptime(copies[i]);
    }
}

static void in_children(void)
{
    int file = open("/proc/uptime", O_RDONLY);

    fflush(stdout);
    if (fork() == 0) {
        pause_a_little();
        lseek(file, 0, SEEK_SET);
        read_uptime(file);
        exit(0);
    }
    wait(NULL);
    dup2(file, STDIN_FILENO);
    execl("/proc/self/exe", "proc_file", "inherited", NULL);
}

static void inherited(void)
{
    read_uptime(STDIN_FILENO);
    pause_a_little();
    lseek(STDIN_FILENO, 0, SEEK_SET);
    read_uptime(STDIN_FILENO);
}

/* Goes back by as many bytes as were read. */
static void rewound_by_distance(void)
{
    int file = open("/proc/uptime", O_RDONLY);

    read_uptime(file);
    pause_a_little();
    lseek(file, -lseek(file, 0, SEEK_CUR), SEEK_CUR);
    read_uptime(file);
}

static void reopened_stream(void)
{
    char text[64] = "";
    FILE *file = fopen("/proc/uptime", "r");

    for (int i = 0; i < 2; i++) {
        fgets(text, sizeof text, file);
        say_uptime(text);
        pause_a_little();
        file = freopen(NULL, "r", file);
    }
}
