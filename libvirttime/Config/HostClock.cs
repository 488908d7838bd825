using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Reads the host's clocks by system call.</summary>
internal static unsafe class HostClock
{
    /// <summary>man 2 clock_gettime, without the vDSO. Returns 0 or <c>-errno</c>.</summary>
    public static int Read(int clock, timespec* result) => (int)Kernel.Call(SyscallNumbers.clock_gettime, clock, (nint)result);
}
