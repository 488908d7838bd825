/* For proc_file.c: files that are out of reach or lead elsewhere, and how they are identified. */

/* argv[2]: a directory that has a file of its own at proc/uptime, or nothing there. */
static const char *jail;

static void say_reading(const char *key, int file)
{
    char text[64] = "";
    errno = 0;
    long sought = lseek(file, 0, SEEK_SET);
    int error = errno;
    ssize_t length = read(file, text, sizeof text - 1);

    printf("%s sought=%ld\n%s error=%d\n%s length=%zd\n", key, sought, key, error, key, length);
    printf("%s pread=%zd\n", key, pread(file, text, sizeof text - 1, 0));
    if (length > 0)
        say_uptime(text);
}

static void out_of_reach(void)
{
    int uptime = open("/proc/uptime", O_RDONLY), stat = open("/proc/self/stat", O_RDONLY);

    if (chroot(jail) || chdir("/"))
        exit(3);
    say_reading("uptime", uptime);
    say_reading("stat", stat);
}

/* Opens the file in the jail: by its path, and relative to its directory. */
static void jailed(void)
{
    if (chroot(jail) || chdir("/proc"))
        exit(3);
    for (int i = 0; i < 2; i++) {
        int file = open(i ? "uptime" : "/proc/uptime", O_RDONLY);
        if (file < 0)
            printf("open=%d\n", errno);
        read_uptime(file);
        pause_a_little();
        say_reading(i ? "relative" : "absolute", file);
    }
}

static void say_status(const char *key, int file, const char *path)
{
    struct stat opened, named;

    fstat(file, &opened);
    stat(path, &named);
    int same = opened.st_dev == named.st_dev && opened.st_ino == named.st_ino && opened.st_mode == named.st_mode && opened.st_size == named.st_size;
#ifdef __GLIBC__
    struct statx extended;
    statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended);
    same &= extended.stx_ino == named.st_ino && extended.stx_mode == named.st_mode && extended.stx_size == (unsigned long long)named.st_size;
#endif
    printf("%s=%s\n", key, same ? "same" : "other");
}

static void status(void)
{
    int file = open("/proc/uptime", O_RDONLY), own = open("/proc/self/stat", O_RDONLY);

    say_status("opened", file, "/proc/uptime");
    say_status("duplicated", dup(file), "/proc/uptime");
    say_status("of the process", own, "/proc/self/stat");
    say_status("of another file", open("/dev/null", O_RDONLY), "/dev/null");
    close(file);
    say_status("with its number", open("/dev/zero", O_RDONLY), "/dev/zero");
}

/* A memory file of another program with a name like the library's, which leads to a pipe without a writer. */
static void foreign_name(void)
{
    char fifo[] = "/tmp/proc_file.XXXXXX", name[64];

    close(mkstemp(fifo));
    unlink(fifo);
    mkfifo(fifo, 0600);
    close(open("/proc/uptime", O_RDONLY));
    snprintf(name, sizeof name, "virttime:0:%s", fifo);
    int file = memfd_create(name, 0);
    alarm(5);
    printf("sought=%ld\n", (long)lseek(file, 0, SEEK_SET));
    unlink(fifo);
}

#ifdef __GLIBC__
#include <linux/filter.h>
#include <linux/seccomp.h>

/* Under a filter that refuses to read links. A file that is identified by its kind is renewed. A file that can only be identified by its name fails.
*/
static void without_names(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_readlinkat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    int uptime = open("/proc/uptime", O_RDONLY), own = open("/proc/self/stat", O_RDONLY), closed = open("/proc/uptime", O_RDONLY);

    read_uptime(uptime);
    pause_a_little();
    close(closed);
    int other = open("/dev/null", O_RDONLY);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        exit(3);
    say_reading("uptime", uptime);
    say_reading("stat", own);
    printf("same number=%d\nother sought=%ld\n", other == closed, (long)lseek(other, 0, SEEK_SET));
}
#endif
