/* A 32-bit program without a libc that prints the variables that it was started with. gcc -m32 -nostdlib -static */
static void print(const char *text)
{
    int length = 0, result;

    while (text[length])
        length++;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(4), "b"(1), "c"(text), "d"(length) : "memory");
}

__attribute__((noreturn, used)) static void run(char **stack)
{
    char **variable = stack + 1 + *(int *)stack + 1;

    print("ran\n");
    for (; *variable; variable++) {
        print("variable ");
        print(*variable);
        print("\n");
    }
    for (;;)
        __asm__ volatile("int $0x80" : : "a"(1), "b"(0));
}

__asm__(".globl _start\n_start: mov %esp, %eax\n push %eax\n call run\n");
