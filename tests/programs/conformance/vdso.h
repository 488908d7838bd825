/* Finds functions in the vDSO without libc, as the Go runtime does: from the auxiliary vector, by version and hash table. */
#ifndef VDSO_H
#define VDSO_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

struct vdso_image {
    const char *strings;
    const Elf64_Sym *symbols;
    const Elf64_Versym *versions;
    const Elf64_Verdef *definitions;
    const uint32_t *hash, *gnu_hash;
    intptr_t load;
};

static inline struct vdso_image read_vdso_image(const Elf64_Ehdr *base)
{
    const Elf64_Phdr *headers = (const void *)((const char *)base + base->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    struct vdso_image image = {0};
    intptr_t load = 0;

    for (int i = base->e_phnum - 1; i >= 0; i--) {
        if (headers[i].p_type == PT_LOAD)
            load = (intptr_t)base + headers[i].p_offset - headers[i].p_vaddr;
        if (headers[i].p_type == PT_DYNAMIC)
            dynamic = (const void *)((const char *)base + headers[i].p_offset);
    }
    for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
        const void *address = (const void *)(load + dynamic->d_un.d_ptr);

        switch (dynamic->d_tag) {
        case DT_STRTAB: image.strings = address; break;
        case DT_SYMTAB: image.symbols = address; break;
        case DT_VERSYM: image.versions = address; break;
        case DT_VERDEF: image.definitions = address; break;
        case DT_HASH: image.hash = address; break;
        case DT_GNU_HASH: image.gnu_hash = address; break;
        }
    }
    image.load = load;
    return image;
}

/* The index of the version LINUX_2.6, which the vDSO has on x86-64, or LINUX_2.6.39, which it has on arm64. */
static inline int vdso_version(const struct vdso_image *image)
{
    const Elf64_Verdef *definition = image->definitions;

    while (definition) {
        const Elf64_Verdaux *name = (const void *)((const char *)definition + definition->vd_aux);

        if (!(definition->vd_flags & VER_FLG_BASE) && !strncmp(image->strings + name->vda_name, "LINUX_2.6", strlen("LINUX_2.6")))
            return definition->vd_ndx & 0x7fff;
        definition = definition->vd_next ? (const void *)((const char *)definition + definition->vd_next) : NULL;
    }
    return -1;
}

static inline void *vdso_symbol(const struct vdso_image *image, uint32_t index, intptr_t base, const char *name)
{
    const Elf64_Sym *symbol = &image->symbols[index];
    bool versioned = !image->versions || (image->versions[index] & 0x7fff) == vdso_version(image);

    if (strcmp(image->strings + symbol->st_name, name) || symbol->st_shndx == SHN_UNDEF || !versioned)
        return NULL;
    return (void *)(base + symbol->st_value);
}

static inline uint32_t gnu_hash_of(const char *name)
{
    uint32_t hash = 5381;

    while (*name)
        hash = hash * 33 + (unsigned char)*name++;
    return hash;
}

static inline void *find_in_vdso(const char *name)
{
    const Elf64_Ehdr *base = (const void *)getauxval(AT_SYSINFO_EHDR);
    void *found = NULL;

    if (!base)
        return NULL;
    struct vdso_image image = read_vdso_image(base);
    if (image.gnu_hash) {
        uint32_t buckets = image.gnu_hash[0], first = image.gnu_hash[1], hash = gnu_hash_of(name);
        const uint32_t *bucket = image.gnu_hash + 4 + image.gnu_hash[2] * 2, *chain = bucket + buckets;
        uint32_t index = bucket[hash % buckets];

        for (; index >= first && !found; index++) {
            if ((chain[index - first] | 1) == (hash | 1))
                found = vdso_symbol(&image, index, image.load, name);
            if (chain[index - first] & 1)
                break;
        }
    } else if (image.hash) {
        for (uint32_t index = 0; index < image.hash[1] && !found; index++)
            found = vdso_symbol(&image, index, image.load, name);
    }
    return found;
}

#endif
