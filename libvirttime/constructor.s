# The constructor, where every loader runs it: musl on arm64 does not look at DT_INIT.
    .section .init_array, "aw"
    .balign 8
    .quad virttime_constructor

    .section .note.GNU-stack, "", @progbits
