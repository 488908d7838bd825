/* probe_lookups NAME...: looks the names up in each way that the dynamic loader offers. */
#include "probe.h"
#include <dlfcn.h>

static const char *const libraries[] = {"libc.so.6", "libpthread.so.0", "librt.so.1", "libdl.so.2", "libm.so.6"};

static const char *const versions[] = {"GLIBC_2.2.5", "GLIBC_2.3", "GLIBC_2.3.2", "GLIBC_2.3.3", "GLIBC_2.3.4", "GLIBC_2.8", "GLIBC_2.16",
    "GLIBC_2.17", "GLIBC_2.30", "GLIBC_2.31", "GLIBC_2.34", "GLIBC_4711"};

static void say_found(const char *how, const char *what, const void *found)
{
    char label[64];

    snprintf(label, sizeof label, *what ? "%s %s" : "%s", how, what);
    say(label, "%s", found ? "found" : "not found");
}

static void by_name(const void *name)
{
    void *first = dlsym(RTLD_DEFAULT, name);

    say_found("RTLD_DEFAULT", "", first);
    say_found("RTLD_NEXT", "", dlsym(RTLD_NEXT, name));
    void *program = dlopen(NULL, RTLD_LAZY);
    say("program", "%s", dlsym(program, name) == first ? "the same" : "another");
    for (size_t i = 0; i < COUNT(libraries); i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY);
        void *found = library ? dlsym(library, name) : NULL;

        say(libraries[i], "%s", !library ? "no such library" : !found ? "not found" : found == first ? "the same" : "another");
    }
}

static void by_version(const void *name)
{
    void *libc = dlopen("libc.so.6", RTLD_LAZY);

    for (size_t i = 0; i < COUNT(versions); i++) {
        say_found("RTLD_DEFAULT", versions[i], dlvsym(RTLD_DEFAULT, name, versions[i]));
        say_found("RTLD_NEXT", versions[i], dlvsym(RTLD_NEXT, name, versions[i]));
        say_found("libc.so.6", versions[i], dlvsym(libc, name, versions[i]));
    }
}

static void say_error(const char *what, const void *found)
{
    const char *error = dlerror();

    say(what, "%s, %s", found ? "found" : "not found", error ? "with an error" : "without an error");
}

static void errors(const void *subject)
{
    void *libc = dlopen("libc.so.6", RTLD_LAZY);

    (void)subject;
    dlerror();
    say_error("known", dlsym(libc, "clock_gettime"));
    say_error("known by default", dlsym(RTLD_DEFAULT, "clock_gettime"));
    say_error("unknown", dlsym(libc, "no_such_function"));
    say_error("unknown by default", dlsym(RTLD_DEFAULT, "no_such_function"));
    say_error("unknown next", dlsym(RTLD_NEXT, "no_such_function"));
    say_error("unknown version", dlvsym(libc, "clock_gettime", "GLIBC_4711"));
    say_error("known after all", dlsym(libc, "clock_nanosleep"));
    errno = 4711;
    dlsym(libc, "clock_gettime");
    say("errno", "%d", errno);
}

/* A function that was found reads the same time as any other. */
static void reading(const void *subject)
{
    int (*read)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(dlopen("libc.so.6", RTLD_LAZY), "clock_gettime");
    int64_t before = now(CLOCK_MONOTONIC);
    struct timespec t = {0, 0};

    (void)subject;
    say_result("result", read(CLOCK_MONOTONIC, &t));
    say("reading", "%s", in_ns(t) >= before && in_ns(t) <= now(CLOCK_MONOTONIC) ? "the same clock" : "another clock");
}

int main(int argc, char **argv)
{
    char function[80];

    for (int i = 1; i < argc; i++) {
        snprintf(function, sizeof function, "dlsym(%s)", argv[i]);
        probe(function, CLOCK_MONOTONIC, "by name", by_name, argv[i]);
        snprintf(function, sizeof function, "dlvsym(%s)", argv[i]);
        probe(function, CLOCK_MONOTONIC, "by version", by_version, argv[i]);
    }
    probe("dlsym", CLOCK_MONOTONIC, "errors", errors, NULL);
    probe("dlsym", CLOCK_MONOTONIC, "reading", reading, NULL);
    return end_probes();
}
