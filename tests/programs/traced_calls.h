/* Calls of interposed functions, with a trap after each instruction if trap_flag is set. x86-64 only. */
#ifndef TRACED_CALLS_H
#define TRACED_CALLS_H

#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAP_FLAG 0x100

/* The values of the callee-saved registers during a call; traced_call uses them too. */
#define MARK(number) (0x5eed0 + (number))

/* Sets the trap flag if it is in trap_flag, makes the call and clears the flag. An unwinder must find traced_stack as the stack pointer of this frame, and traced_return as
   its return address. */
long traced_call(void *function, const long *arguments);
extern char traced_return[];
extern uintptr_t traced_stack;
extern uint32_t trap_flag;

__asm__(
    ".data; .balign 8; .globl traced_stack; traced_stack: .quad 0; .globl trap_flag; trap_flag: .long 0x100; .text\n"
    ".globl traced_call, traced_return; .type traced_call, @function\n"
    "traced_call: .cfi_startproc\n"
    "push %rbx; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %rbx, 0\n"
    "push %rbp; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %rbp, 0\n"
    "push %r12; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %r12, 0\n"
    "push %r13; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %r13, 0\n"
    "push %r14; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %r14, 0\n"
    "push %r15; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %r15, 0\n"
    "mov %rdi, %r11; mov %rsi, %r10\n"
    "push 48(%r10); .cfi_adjust_cfa_offset 8\n"
    "mov %rsp, traced_stack(%rip)\n"
    "mov (%r10), %rdi; mov 8(%r10), %rsi; mov 16(%r10), %rdx; mov 24(%r10), %rcx; mov 32(%r10), %r8; mov 40(%r10), %r9\n"
    "mov $0x5eed3, %ebx; mov $0x5eed6, %ebp; mov $0x5eedc, %r12d; mov $0x5eedd, %r13d; mov $0x5eede, %r14d; mov $0x5eedf, %r15d\n"
    "mov trap_flag(%rip), %eax; pushf; orl %eax, (%rsp); xor %eax, %eax; popf\n"
    "call *%r11\n"
    "traced_return: pushf; andl $~0x100, (%rsp); popf\n"
    "add $8, %rsp; .cfi_adjust_cfa_offset -8\n"
    "pop %r15; .cfi_adjust_cfa_offset -8; .cfi_restore %r15\n"
    "pop %r14; .cfi_adjust_cfa_offset -8; .cfi_restore %r14\n"
    "pop %r13; .cfi_adjust_cfa_offset -8; .cfi_restore %r13\n"
    "pop %r12; .cfi_adjust_cfa_offset -8; .cfi_restore %r12\n"
    "pop %rbp; .cfi_adjust_cfa_offset -8; .cfi_restore %rbp\n"
    "pop %rbx; .cfi_adjust_cfa_offset -8; .cfi_restore %rbx\n"
    "ret; .cfi_endproc; .size traced_call, . - traced_call\n");

static uintptr_t library_start, library_end;

static inline int find_library_code(struct dl_phdr_info *info, size_t size, void *name)
{
    (void)size;
    if (!strstr(info->dlpi_name, name))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
            library_start = info->dlpi_addr + header->p_vaddr;
            library_end = library_start + header->p_memsz;
        }
    }
    return 1;
}

static inline void find_library(void)
{
    dl_iterate_phdr(find_library_code, "libvirttime.so");
    if (!library_start) {
        fprintf(stderr, "libvirttime.so is not loaded\n");
        exit(2);
    }
}

static inline int in_library(uintptr_t address)
{
    return address >= library_start && address < library_end;
}

static inline void on_signal(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(number, &action, NULL);
}

#endif
