# nint virttime_system_call(number, a, b, c, d, e, f) returns the kernel's result, an error as -errno. A caller with fewer arguments leaves the last
# ones undefined, in registers and on the stack: the kernel does not read arguments that a system call does not have.
    .text
    .globl virttime_system_call
    .type virttime_system_call, @function
virttime_system_call:
    .cfi_startproc
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
    ret
    .cfi_endproc
    .size virttime_system_call, . - virttime_system_call

# nint virttime_find_getauxval() returns the address of libc's getauxval, or 0.
    .globl virttime_find_getauxval
    .type virttime_find_getauxval, @function
    .weak getauxval
virttime_find_getauxval:
    .cfi_startproc
    mov getauxval@GOTPCREL(%rip), %rax
    ret
    .cfi_endproc
    .size virttime_find_getauxval, . - virttime_find_getauxval

    .section .note.GNU-stack, "", @progbits
