/* Reads the clock before any constructor runs. It is linked with a library whose constructor reads the clock too. */
#include "../virttime_conf.h"

int early_constructor(void);

static int64_t preinit;

static void before_everybody(void)
{
    preinit = vt_now(CLOCK_MONOTONIC);
}

__attribute__((section(".preinit_array"), used)) static void (*const entry)(void) = before_everybody;

int main(void)
{
    vt_print("preinit", preinit);
    vt_print("clock", vt_now(CLOCK_MONOTONIC));
    return early_constructor();
}
