# DT_INIT_ARRAY, since every loader runs it: musl on arm64 ignores DT_INIT.
    .section .init_array, "aw"
    .balign 8
    .quad virttime_constructor

# Aligns the library's variables, so that HotState lies on one cache line. The linker ignores the alignment of an empty section.
    .section .bss, "awR", @nobits
    .balign 64
    .zero 1

    .section .note.GNU-stack, "", @progbits
