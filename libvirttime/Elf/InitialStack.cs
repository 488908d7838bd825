using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>
/// What the kernel laid out above the first stack frame: arguments, environment, auxiliary vector, and above them the strings. It is found from
/// above, by where <c>getauxval</c> says that the random bytes lie: <c>environ</c> may have moved, and a loader that was run as a command
/// moves the arguments.
/// </summary>
internal static unsafe class InitialStack
{
    // The kernel puts the strings right above the vector, which has some 20 entries.
    private const int MostWordsBelow = 512;
    private const int MostEntries = 64;
    private const int MostVariables = 65536;

    // Types are small numbers; what lies below the vector, a pointer or a null, is not.
    private const nuint LargestType = 256;

    /// <summary>
    /// Changes what <c>getauxval</c> says of a type, and with it what those see who read the vector themselves. Where a loader has moved it, an old
    /// copy may lie above; so what <c>getauxval</c> does not see is put back.
    /// </summary>
    /// <returns>False where the vector, or the entry, is not found: nothing is changed.</returns>
    public static bool TrySet(nuint type, nuint value)
    {
        nuint old = Auxv.getauxval(type);
        for (int below = 0; NextRandomEntry(ref below) is var random && random != null;)
        {
            Elf64_Auxv* entry = FirstEntry(random);
            for (int i = 0; entry != null && i < MostEntries && entry->a_type is not (Auxv.AT_NULL or > LargestType); i++, entry++)
            {
                if (entry->a_type != type || entry->a_val != old)
                    continue;
                entry->a_val = value;
                if (Auxv.getauxval(type) == value)
                    return true;
                entry->a_val = old;
            }
        }

        return false;
    }

    /// <summary>The environment as the process was started with it; null when it is not found.</summary>
    public static byte** Environment()
    {
        int below = 0;
        Elf64_Auxv* random = NextRandomEntry(ref below);
        Elf64_Auxv* first = random == null ? null : FirstEntry(random);
        if (first == null)
            return null;
        byte** end = (byte**)first - 1;
        if (*end != null)
            return null;
        for (int i = 0; i < MostVariables; i++)
        {
            if (end[-1 - i] == null)
                return end - i;

            // The number of arguments, where there is none: it stands where a null would.
            if ((nuint)end[-1 - i] <= LargestType)
                return null;
        }

        return null;
    }

    private static Elf64_Auxv* FirstEntry(Elf64_Auxv* entry)
    {
        for (int i = 0; i < MostEntries; i++)
        {
            if (entry[-1].a_type is Auxv.AT_NULL or > LargestType)
                return entry;
            entry--;
        }

        return null;
    }

    /// <summary>The next entry that looks like the one for the random bytes, going down from them.</summary>
    /// <param name="below">How many words below them the last one was; 0 to begin with.</param>
    private static Elf64_Auxv* NextRandomEntry(ref int below)
    {
        nuint random = Auxv.getauxval(Auxv.AT_RANDOM);
        nuint* word = (nuint*)(random & ~(nuint)7);
        for (below = below < 2 ? 2 : below + 1; random != 0 && below < MostWordsBelow; below++)
        {
            if (word[-below] == Auxv.AT_RANDOM && word[1 - below] == random)
                return (Elf64_Auxv*)(word - below);
        }

        return null;
    }
}
