// The launcher lets a static program begin here instead of at its own entry (launcher/Placement). In: x0 = auxiliary vector, x1 = path of the config
// file, w2 = id of the process that traced the program until now, x3 = the program's entry, w4 = 1 if the end of that process leaves a SIGCHLD pending,
// sp as execve left it.
    .text
    .globl virttime_placed_start
    .type virttime_placed_start, %function
virttime_placed_start:
    .cfi_startproc
    .cfi_undefined x30
    stp x2, x3, [sp, #-16]!
    mov w20, w4
    bl virttime_place
    mov w19, w0

// The tracer is a child of this process and about to end. wait4 with __WALL reaps it, so that the program never has this child.
reap:
    ldr w0, [sp]
    mov x1, #0
    mov x2, #0x40000000
    mov x3, #0
    mov x8, #260
    svc #0
    cmn x0, #4
    b.eq reap
    cbz w20, registers

// rt_sigtimedwait without a wait: the tracer had no exit signal, but after an exec of the parent the kernel sends SIGCHLD nevertheless
// (do_notify_parent). It is ignored unless it is blocked.
    stp xzr, xzr, [sp, #-32]!
    mov x9, #0x10000
    str x9, [sp, #16]
    add x0, sp, #16
    mov x1, #0
    mov x2, sp
    mov x3, #8
    mov x8, #137
    svc #0
    add sp, sp, #32

// The registers as execve left them, except x17, through which the jump goes; then the entry.
registers:
    cbnz w19, fail
    ldr x17, [sp, #8]
    add sp, sp, #16
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    mov x\number, #0
    .endr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    movi v\number\().2d, #0
    .endr
    msr nzcv, xzr
    br x17

// exit_group(125), the launcher's status for its own errors
fail:
    mov x0, #125
    mov x8, #94
    svc #0
    brk #0
    .cfi_endproc
    .size virttime_placed_start, . - virttime_placed_start

    .section .note.GNU-stack, "", %progbits
