using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>The text of one of these files, with the one time in it shifted (<see cref="ProcField"/>).</summary>
/// <remarks>
/// It lies in memory that is mapped for it, since signal stacks are small and <c>/proc/stat</c> grows with the number of processors and interrupts.
/// </remarks>
internal unsafe struct ProcText
{
    private const int FirstSize = 16384;

    /// <summary>By how many bytes the number may grow at most: room for twenty digits and a sign.</summary>
    public const int Slack = 32;

    /// <summary>Null if no memory could be mapped.</summary>
    public byte* Bytes;
    public int Length;

    /// <summary>Of a task: its start time on the host, in ticks, which tells it from a later task with the same id. 0 for other files.</summary>
    public long Identity;

    private int _size;

    /// <summary>Reads an open file from its beginning and shifts the time in it. The position of the file does not change.</summary>
    /// <returns>0, or <c>-errno</c>, and then nothing is mapped; <c>-EINVAL</c> if the text does not have the expected form.</returns>
    public static int Read(ProcText* text, int descriptor, ProcKind kind)
    {
        BootShift shift;
        for (int size = FirstSize; ; size *= 2)
        {
            int error = Map(text, size);
            if (error != 0)
                return error;
            bool isCurrent, isWhole;
            do
            {
                BootShift.Take(&shift);
                error = Fill(text, descriptor);
                isCurrent = BootShift.IsCurrent(&shift);
                isWhole = text->Length < size - Slack;
            }
            while (error == 0 && isWhole && !isCurrent);
            if (error == 0 && isWhole && !ProcField.Shift(text, kind, &shift))
                error = -Errno.EINVAL;
            if (error == 0 && isWhole)
                return 0;
            Unmap(text);
            if (error != 0)
                return error;
        }
    }

    public static void Unmap(ProcText* text) => Kernel.Unmap((nint)text->Bytes, text->_size);

    private static int Map(ProcText* text, int size)
    {
        nint memory = Kernel.Map(0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        bool isError = Kernel.IsError(memory);
        text->Bytes = isError ? null : (byte*)memory;
        if (isError)
            return (int)memory;
        text->_size = size;
        text->Identity = 0;
        return 0;
    }

    private static int Fill(ProcText* text, int descriptor)
    {
        text->Length = 0;
        int room = text->_size - Slack;
        while (text->Length < room)
        {
            int length = (int)Kernel.Call(SyscallNumbers.pread64, descriptor, (nint)(text->Bytes + text->Length), room - text->Length, text->Length);
            if (length <= 0)
                return length;
            text->Length += length;
        }

        return 0;
    }
}
