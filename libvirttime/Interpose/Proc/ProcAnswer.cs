using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>What a program gets that reads one of these files from its beginning (<c>pread</c>): of one text, whoever renews the file meanwhile.</summary>
internal unsafe struct ProcAnswer
{
    private const nuint SmallestPage = 4096;

    /// <summary>The program's memory.</summary>
    public byte* Bytes;

    /// <summary>How much it asked for.</summary>
    public nint Room;

    /// <summary>How much was read, which can thus be written.</summary>
    public nint Length;

    /// <summary>Puts the beginning of a text there, as far as there is memory.</summary>
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
