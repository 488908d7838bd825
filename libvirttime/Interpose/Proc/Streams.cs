using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Interpose.Lookup;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>Opening and rewinding streams. libc opens and seeks inside, where it meets no function of ours; so it is done to the stream's descriptor.</summary>
internal static unsafe class Streams
{
    // man 3 fopen
    [RuntimeExport("fopen")]
    private static nint fopen(byte* path, nint mode)
    {
        Startup.Ensure();
        return Opened(Real.Call(RealFunction.fopen, (nint)path, mode), path);
    }

    [RuntimeExport("fopen64")]
    private static nint fopen64(byte* path, nint mode)
    {
        Startup.Ensure();
        return Opened(Real.Call(RealFunction.fopen64, (nint)path, mode), path);
    }

    // man 3 freopen; without a path it opens what is open
    [RuntimeExport("freopen")]
    private static nint freopen(byte* path, nint mode, nint stream)
    {
        Startup.Ensure();
        return Opened(Real.Call(RealFunction.freopen, (nint)path, mode, stream), path);
    }

    [RuntimeExport("freopen64")]
    private static nint freopen64(byte* path, nint mode, nint stream)
    {
        Startup.Ensure();
        return Opened(Real.Call(RealFunction.freopen64, (nint)path, mode, stream), path);
    }

    // man 3 rewind
    [RuntimeExport("rewind")]
    private static void rewind(nint stream)
    {
        Startup.Ensure();
        if (ProcNotes.IsAny)
            Renew(stream);
        Real.Call(RealFunction.rewind, stream);
    }

    // man 3 fseek
    [RuntimeExport("fseek")]
    private static int fseek(nint stream, nint offset, int whence) => Seek(RealFunction.fseek, stream, offset, whence);

    // man 3 fseeko
    [RuntimeExport("fseeko")]
    private static int fseeko(nint stream, nint offset, int whence) => Seek(RealFunction.fseeko, stream, offset, whence);

    [RuntimeExport("fseeko64")]
    private static int fseeko64(nint stream, nint offset, int whence) => Seek(RealFunction.fseeko64, stream, offset, whence);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Seek(RealFunction function, nint stream, nint offset, int whence)
    {
        Startup.Ensure();
        if (ProcNotes.IsAny && offset == 0 && whence == Mman.SEEK_SET)
        {
            int error = Renew(stream);
            if (error != 0)
                return Errno.Return(error);
        }

        return (int)Real.Call(function, stream, offset, whence);
    }

    private static nint Opened(nint stream, byte* path) => stream != 0 && path != null && ProcPath.MayLead(path) ? Replace(stream, path) : stream;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Replace(nint stream, byte* path)
    {
        int error = ProcFile.Replace(DescriptorOf(stream), path);
        if (error == 0)
            return stream;
        Real.Call(RealFunction.fclose, stream);
        Errno.Return(error);
        return 0;
    }

    private static int Renew(nint stream) => ProcFile.Renew(DescriptorOf(stream));

    // Some streams have none, which the program did not ask.
    private static int DescriptorOf(nint stream)
    {
        int errno = Errno.Value;
        int descriptor = (int)Real.Call(RealFunction.fileno, stream);
        Errno.Value = errno;
        return descriptor;
    }
}
