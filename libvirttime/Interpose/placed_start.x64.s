# The launcher lets a static program begin here instead of at its own entry (launcher/Placement). In: rdi = auxiliary vector, rsi = path of the config
# file, edx = id of the process that traced the program until now, rcx = the program's entry, r8 = 1 if the end of that process leaves a SIGCHLD pending,
# rsp as execve left it.
    .text
    .globl virttime_placed_start
    .type virttime_placed_start, @function
virttime_placed_start:
    .cfi_startproc
    .cfi_undefined rip
    push %rcx
    push %rdx
    mov %r8d, %ebp
    call virttime_place
    mov %eax, %ebx

# The tracer is a child of this process and about to end. wait4 with __WALL reaps it, so that the program never has this child.
reap:
    mov (%rsp), %edi
    xor %esi, %esi
    mov $0x40000000, %edx
    xor %r10d, %r10d
    mov $61, %eax
    syscall
    cmp $-4, %rax
    je reap
    test %ebp, %ebp
    je registers

# rt_sigtimedwait without a wait: the tracer had no exit signal, but after an exec of the parent the kernel sends SIGCHLD nevertheless (do_notify_parent).
# It is ignored unless it is blocked.
    pushq $0
    pushq $0
    mov %rsp, %rdx
    pushq $0x10000
    mov %rsp, %rdi
    xor %esi, %esi
    mov $8, %r10d
    mov $128, %eax
    syscall
    add $24, %rsp

# The general registers and the SSE registers as execve left them; then the entry.
registers:
    test %ebx, %ebx
    jne fail
    add $8, %rsp
    .irp name, eax, ebx, ecx, edx, esi, edi, ebp, r8d, r9d, r10d, r11d, r12d, r13d, r14d, r15d
    xor %\name, %\name
    .endr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pxor %xmm\number, %xmm\number
    .endr
    pushq $0x202
    popfq
    ret

# exit_group(125), the launcher's status for its own errors
fail:
    mov $125, %edi
    mov $231, %eax
    syscall
    ud2
    .cfi_endproc
    .size virttime_placed_start, . - virttime_placed_start

    .section .note.GNU-stack, "", @progbits
