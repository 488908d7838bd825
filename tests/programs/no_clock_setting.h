/* Drops the privilege to set the host's clock (CAP_SYS_TIME), so that a defect of the tested code cannot harm the machine. */
#ifndef NO_CLOCK_SETTING_H
#define NO_CLOCK_SETTING_H

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Applies to this process and to programs that it executes. Ends the process if that fails. */
static inline void forbid_setting_the_clock(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    const unsigned int bit = 1u << CAP_SYS_TIME;

    /* This fails if the bounding set lacks the capability, or if the process is not privileged. */
    prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0);
    if (syscall(SYS_capget, &header, data) == 0) {
        data[0].effective &= ~bit;
        data[0].permitted &= ~bit;
        data[0].inheritable &= ~bit;
        if (syscall(SYS_capset, &header, data) == 0 && syscall(SYS_capget, &header, data) == 0
            && !((data[0].effective | data[0].permitted | data[0].inheritable) & bit))
            return;
    }
    fprintf(stderr, "cannot give up CAP_SYS_TIME\n");
    exit(4);
}

#endif
