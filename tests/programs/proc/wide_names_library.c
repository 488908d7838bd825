/* Preloaded beside the interposer. It interposes only libc functions whose names end in 64, and counts their calls. */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/types.h>

int wide_calls;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open64(const char *path, int flags, ...)
{
    wide_calls++;
    return NEXT(open64)(path, flags, 0);
}

int openat64(int directory, const char *path, int flags, ...)
{
    wide_calls++;
    return NEXT(openat64)(directory, path, flags, 0);
}

FILE *fopen64(const char *path, const char *mode)
{
    wide_calls++;
    return NEXT(fopen64)(path, mode);
}

FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
    wide_calls++;
    return NEXT(freopen64)(path, mode, stream);
}

off_t lseek64(int file, off_t offset, int whence)
{
    wide_calls++;
    return NEXT(lseek64)(file, offset, whence);
}

ssize_t pread64(int file, void *bytes, size_t count, off_t offset)
{
    wide_calls++;
    return NEXT(pread64)(file, bytes, count, offset);
}

int fseeko64(FILE *stream, off_t offset, int whence)
{
    wide_calls++;
    return NEXT(fseeko64)(stream, offset, whence);
}
