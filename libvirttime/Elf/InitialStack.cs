using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>Finds what the kernel placed above the first stack frame: arguments, environment, auxiliary vector, and above them the strings.</summary>
/// <remarks>
/// The search goes down from the random bytes, whose address <c>getauxval</c> returns. A search up from the arguments would fail: a program may have
/// moved <c>environ</c>, and a loader that is run as a command moves the arguments.
/// </remarks>
internal static unsafe class InitialStack
{
    // The kernel puts the strings right above the vector, which has some 20 entries.
    private const int MostWordsBelow = 512;
    private const int MostEntries = 64;
    private const int MostVariables = 65536;

    // Types of entries are small numbers. The word below the vector is a pointer or null.
    private const nuint LargestType = 256;

    /// <summary>
    /// Changes an entry of the auxiliary vector, for <c>getauxval</c> and for code that reads the vector itself. If a loader has moved the vector, an
    /// old copy may lie above; a change that <c>getauxval</c> does not see is undone.
    /// </summary>
    /// <returns>False if the vector or the entry is not found; then nothing is changed.</returns>
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

    /// <summary>The environment that the process was started with; null if it is not found.</summary>
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

            // This is the number of arguments: there is no null between the arguments and the environment.
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

    /// <summary>The next lower entry that looks like the one for the random bytes.</summary>
    /// <param name="below">How many words below the random bytes the last such entry was; 0 at the beginning.</param>
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
