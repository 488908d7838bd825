# DT_INIT_ARRAY, since every loader runs it: musl on arm64 ignores DT_INIT.
    .section .init_array, "aw"
    .balign 8
    .quad virttime_constructor

    .section .note.GNU-stack, "", @progbits
