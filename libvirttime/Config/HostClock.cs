using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>What the kernel reports.</summary>
internal static unsafe class HostClock
{
    /// <summary>man 2 clock_gettime, without the vDSO; returns <c>-errno</c>.</summary>
    public static int Read(int clock, timespec* result) => (int)Kernel.Call(SyscallNumbers.clock_gettime, clock, (nint)result);
}
