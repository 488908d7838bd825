using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>The program's buffer for a read from the beginning of one of these files (<c>pread</c>).</summary>
/// <remarks>It is filled from a single text, even if another thread renews the file at the same time.</remarks>
internal unsafe struct ProcAnswer
{
    private const nuint SmallestPage = 4096;

    public byte* Bytes;

    /// <summary>How many bytes the program asked for.</summary>
    public nint Room;

    /// <summary>
    /// How many bytes the real function stored, which can thus be written. <see cref="Fill"/> changes it to how many bytes it stored.
    /// </summary>
    public nint Length;

    /// <summary>Stores the beginning of a text in the buffer, up to the first byte that cannot be written.</summary>
    public static void Fill(ProcAnswer* answer, ProcText* text)
    {
        nint length = text->Length < answer->Room ? text->Length : answer->Room;
        for (nint i = 0; i < length; i++)
        {
            byte* to = answer->Bytes + i;
            bool isUnknown = i >= answer->Length && (i == answer->Length || ((nuint)to & (SmallestPage - 1)) == 0);
            if (isUnknown && !UserMemory.IsWritable((void*)((nuint)to & ~(nuint)3)))
                length = i;
            else
                *to = text->Bytes[i];
        }

        answer->Length = length;
    }
}
