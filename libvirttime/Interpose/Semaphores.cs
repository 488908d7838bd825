using System.Runtime;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>POSIX semaphores.</summary>
internal static unsafe class Semaphores
{
    // man 3 sem_wait (sem_clockwait: glibc 2.30 and later); an error is in errno
    [RuntimeExport("sem_clockwait")]
    private static int sem_clockwait(void* semaphore, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.sem_clockwait(semaphore, clock, deadline);

        InFlightCall call;
        int result = Real.sem_clockwait(semaphore, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return result;
    }
}
