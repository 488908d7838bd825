# The launcher lets a static program begin here instead of at its own entry (launcher/Placement). In: rdi = auxiliary vector, rsi = path of the config
# file, edx = id of the process that traced the program until now, rcx = the program's entry, rsp as execve left it.
    .text
    .globl virttime_placed_start
    .type virttime_placed_start, @function
virttime_placed_start:
    .cfi_startproc
    .cfi_undefined rip
    push %rcx
    push %rcx
    mov %edx, %ebp
    call virttime_place
    mov %eax, %ebx

# The tracer is a child of this process and about to end. wait4 with __WALL reaps it, so that the program never has this child.
reap:
    mov %ebp, %edi
    xor %esi, %esi
    mov $0x40000000, %edx
    xor %r10d, %r10d
    push $61
    pop %rax
    syscall
    cmp $-4, %eax
    je reap

# rt_sigtimedwait without a wait: the tracer had no exit signal, but after an exec of the parent the kernel sends SIGCHLD nevertheless
# (do_notify_parent). It is ignored unless it is blocked.
    pushq $0x10000
    mov %rsp, %rdi
    add $-128, %rsp
    mov %rsp, %rsi
    pushq $0
    pushq $0
    mov %rsp, %rdx
    push $8
    pop %r10
    lea 120(%r10), %eax
    syscall
    test %eax, %eax
    js taken

# Another process may have sent it (si_pid). Or a real child has ended after the tracer: its SIGCHLD was dropped, because one was pending already.
# Then waitid, which does not reap the child (WNOWAIT), gives the same information as its SIGCHLD. In both cases rt_sigqueueinfo makes SIGCHLD
# pending again. rsi stays the address of the information.
    mov %rsi, %rdx
    cmp %ebp, 16(%rsi)
    jne queue
    xor %edi, %edi
    mov $0x100000F, %r10d
    xor %r8d, %r8d
    mov $247, %al
    syscall
    test %eax, %eax
    jne taken
    cmp %eax, 16(%rsi)
    je taken
queue:
    push $39
    pop %rax
    syscall
    mov %eax, %edi
    push $17
    pop %rsi
    lea 112(%rsi), %eax
    syscall
taken:
    add $152, %rsp

# The general registers, the SSE registers and the flags as execve left them; then the entry.
    test %ebx, %ebx
    jne fail
    pop %rcx
    .irp name, eax, ebx, ecx, edx, esi, edi, ebp, r8d, r9d, r10d, r11d, r12d, r13d, r14d, r15d
    xor %\name, %\name
    .endr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    xorps %xmm\number, %xmm\number
    .endr
    push $2
    popfq
    ret

# exit_group(125), the launcher's status for its own errors; 231 is the call's number
fail:
    push $125
    pop %rdi
    lea 106(%rdi), %eax
    syscall
    ud2
    .cfi_endproc
    .size virttime_placed_start, . - virttime_placed_start

    .section .note.GNU-stack, "", @progbits
