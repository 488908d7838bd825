/* For probe_proc.c: each way to open a file. */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>

static int by_open(const char *path)
{
    return open(path, O_RDONLY);
}

static int by_open_at(const char *path)
{
    return openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static int by_open64(const char *path)
{
    return open64(path, O_RDONLY | O_NONBLOCK);
}

static int by_openat64(const char *path)
{
    return openat64(AT_FDCWD, path, O_RDONLY);
}

#ifdef __GLIBC__
int __open_2(const char *, int), __open64_2(const char *, int), __openat_2(int, const char *, int), __openat64_2(int, const char *, int);
#endif

static int by_fortified_open(const char *path)
{
    return __open_2(path, O_RDONLY);
}

static int by_fortified_open64(const char *path)
{
    return __open64_2(path, O_RDONLY);
}

static int by_fortified_openat(const char *path)
{
    return __openat_2(AT_FDCWD, path, O_RDONLY);
}

static int by_fortified_openat64(const char *path)
{
    return __openat64_2(AT_FDCWD, path, O_RDONLY);
}

static int by_raw_open(const char *path)
{
#ifdef SYS_open
    return syscall(SYS_open, path, O_RDONLY, 0);
#else
    return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
#endif
}

static int by_raw_openat(const char *path)
{
    return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
}

static int by_raw_openat2(const char *path)
{
    struct open_how how = {.flags = O_RDONLY};

    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

/* Only if libc or the library has openat2. */
static int by_openat2(const char *path)
{
    struct open_how how = {.flags = O_RDONLY};
    int (*function)(int, const char *, const struct open_how *, size_t) = dlsym(RTLD_DEFAULT, "openat2");

    return function ? function(AT_FDCWD, path, &how, sizeof how) : by_raw_openat2(path);
}

/* Relative to a descriptor of the directory, as htop does. */
static int by_directory(const char *path)
{
    const char *name = strrchr(path, '/');
    char directory[64];

    snprintf(directory, sizeof directory, "%.*s", (int)(name - path), path);
    return openat(open(directory, O_PATH | O_DIRECTORY), name + 1, O_RDONLY);
}

static int by_working_directory(const char *path)
{
    return chdir("/proc") ? -1 : open(path + strlen("/proc/"), O_RDONLY);
}

static int by_detour(const char *path)
{
    char detour[128];

    snprintf(detour, sizeof detour, "//proc/./self/../%s", path + strlen("/proc/"));
    return open(detour, O_RDONLY);
}

static int by_fopen(const char *path)
{
    FILE *file = fopen(path, "re");

    return file ? fileno(file) : -1;
}

static int by_fopen64(const char *path)
{
    FILE *file = fopen64(path, "r");

    return file ? fileno(file) : -1;
}

static int by_freopen(const char *path)
{
    FILE *file = freopen(path, "r", stdin);

    return file ? fileno(file) : -1;
}

static int by_freopen64(const char *path)
{
    FILE *file = freopen64(path, "r", stdin);

    return file ? fileno(file) : -1;
}

static const struct opener {
    const char *name;
    int (*open)(const char *path);
} openers[] = {
    {"open", by_open}, {"open64", by_open64}, {"openat", by_open_at}, {"openat64", by_openat64}, {"__open_2", by_fortified_open},
    {"__open64_2", by_fortified_open64}, {"__openat_2", by_fortified_openat}, {"__openat64_2", by_fortified_openat64},
    {"syscall(open)", by_raw_open}, {"syscall(openat)", by_raw_openat}, {"syscall(openat2)", by_raw_openat2},
    {"openat2", by_openat2},
    {"openat, of a directory", by_directory}, {"open, in a directory", by_working_directory}, {"open, by a detour", by_detour},
    {"fopen", by_fopen}, {"fopen64", by_fopen64}, {"freopen", by_freopen}, {"freopen64", by_freopen64},
};
