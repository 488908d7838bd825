// nint virttime_system_call(number, a, b, c, d, e, f) returns the kernel's result, an error as -errno. A caller with fewer arguments leaves the last
// ones undefined in registers: the kernel does not read arguments that a system call does not have.
    .text
    .globl virttime_system_call
    .type virttime_system_call, %function
virttime_system_call:
    .cfi_startproc
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    ret
    .cfi_endproc
    .size virttime_system_call, . - virttime_system_call

// nint virttime_find_getauxval() returns the address of libc's getauxval, or 0.
    .globl virttime_find_getauxval
    .type virttime_find_getauxval, %function
    .weak getauxval
virttime_find_getauxval:
    .cfi_startproc
    adrp x0, :got:getauxval
    ldr x0, [x0, :got_lo12:getauxval]
    ret
    .cfi_endproc
    .size virttime_find_getauxval, . - virttime_find_getauxval

    .section .note.GNU-stack, "", %progbits
