// The launcher lets a static program begin here instead of at its own entry (launcher/Placement). In: x0 = auxiliary vector, x1 = path of the config
// file, w2 = id of the process that traced the program until now, x3 = the program's entry, sp as execve left it.
    .text
    .globl virttime_placed_start
    .type virttime_placed_start, %function
virttime_placed_start:
    .cfi_startproc
    .cfi_undefined x30
    stp x2, x3, [sp, #-16]!
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

// rt_sigtimedwait without a wait: the tracer had no exit signal, but after an exec of the parent the kernel sends SIGCHLD nevertheless
// (do_notify_parent). It is ignored unless it is blocked.
    sub sp, sp, #160
    stp xzr, xzr, [sp, #128]
    mov x9, #0x10000
    str x9, [sp, #144]
    add x0, sp, #144
    mov x1, sp
    add x2, sp, #128
    mov x3, #8
    mov x8, #137
    svc #0
    tbnz w0, #31, taken

// Another process may have sent it (si_pid). Or a real child has ended after the tracer: its SIGCHLD was dropped, because one was pending already.
// Then waitid, which does not reap the child (WNOWAIT), gives the same information as its SIGCHLD. In both cases rt_sigqueueinfo makes SIGCHLD
// pending again.
    ldr w9, [sp, #16]
    ldr w10, [sp, #160]
    cmp w9, w10
    b.ne queue
    mov x0, #0
    mov x2, sp
    mov w3, #0xF
    movk w3, #0x100, lsl #16
    mov x4, #0
    mov x8, #95
    svc #0
    cbnz w0, taken
    ldr w9, [sp, #16]
    cbz w9, taken
queue:
    mov x8, #172
    svc #0
    mov x1, #17
    mov x2, sp
    mov x8, #138
    svc #0
taken:
    add sp, sp, #160

// The registers as execve left them, except x17, through which the jump goes; then the entry.
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
