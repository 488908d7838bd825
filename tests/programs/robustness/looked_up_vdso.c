/*
 * looked_up_vdso dlsym|dlvsym|program_headers: finds clock_gettime in the vDSO and prints its reading. Also prints whether an address in the real
 * vDSO belongs to an object that the loader lists.
 */
#include "../conformance/vdso.h"
#include "../virttime_conf.h"

#include <dlfcn.h>
#include <link.h>

typedef int read_clock(clockid_t clock, struct timespec *time);

static const char *const names[] = {"__vdso_clock_gettime", "clock_gettime"};
static void *found[2];
static uintptr_t real_address;
static int is_told_of;

static int look_into(struct dl_phdr_info *info, size_t size, void *unused)
{
    const Elf64_Ehdr *image = NULL;

    (void)size, (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD)
            continue;
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        is_told_of |= real_address >= start && real_address < start + header->p_memsz;
        if (header->p_offset == 0)
            image = (const void *)start;
    }
    if (strcmp(info->dlpi_name, "linux-vdso.so.1") || !image)
        return 0;
    struct vdso_image vdso = read_vdso_image(image);
    for (uint32_t index = 1; vdso.hash && index < vdso.hash[1]; index++)
        for (int i = 0; i < 2; i++)
            if (!found[i])
                found[i] = vdso_symbol(&vdso, index, (intptr_t)image, names[i]);
    return 0;
}

/* Returns where the kernel has mapped it. No interposer changes this. */
static uintptr_t find_real_vdso(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    uintptr_t start = 0;

    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "[vdso]"))
            start = strtoul(line, NULL, 16);
    if (maps)
        fclose(maps);
    return start;
}

int main(int argc, char **argv)
{
    void *handle = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);

    if (argc != 2 || !handle)
        return 2;
    real_address = find_real_vdso() + 0x800;
    dl_iterate_phdr(look_into, NULL);
    for (int i = 0; i < 2; i++) {
        struct timespec now = {0, 0};
        if (!strcmp(argv[1], "dlsym"))
            found[i] = dlsym(handle, names[i]);
        else if (!strcmp(argv[1], "dlvsym"))
            found[i] = dlvsym(handle, names[i], "LINUX_2.6");
        if (!found[i])
            return 3;
        printf("status_%d=%d\n", i, ((read_clock *)found[i])(CLOCK_MONOTONIC, &now));
        printf("clock_%d=%lld\n", i, (long long)now.tv_sec);
    }
    printf("real_is_told_of=%d\n", is_told_of);
    return 0;
}
