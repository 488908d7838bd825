using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>Reads the process's environment without libc's <c>getenv</c>.</summary>
internal static unsafe class Environment
{
    private static nint s_variable;

    /// <summary>The value of <paramref name="nameAndEquals"/> (<c>"NAME="</c>) in an <c>envp</c> array; null if it is not set.</summary>
    public static byte* Find(byte** environment, byte* nameAndEquals)
    {
        for (; environment != null && *environment != null; environment++)
        {
            byte* value = CString.After(*environment, nameAndEquals);
            if (value != null)
                return value;
        }

        return null;
    }

    /// <summary>The environment now in force; the one that the process was started with, if libc has not set <c>environ</c> yet.</summary>
    public static byte** Current()
    {
        byte** environment = FromVariable();
        return environment != null ? environment : InitialStack.Environment();
    }

    /// <summary>libc's <c>environ</c>. Null before libc has set it, and after <c>clearenv</c>.</summary>
    public static byte** FromVariable()
    {
        if (s_variable == 0)
            s_variable = (nint)FindVariable();
        byte*** variable = (byte***)s_variable;
        return variable == null ? null : *variable;
    }

    /// <summary>
    /// Finds the variable that the program uses: the first definition in load order. The program itself may hold it (copy relocation).
    /// </summary>
    private static byte*** FindVariable()
    {
        fixed (byte* name = "environ"u8)
        {
            for (link_map* map = LoadedObjects.First(); map != null; map = map->l_next)
            {
                byte*** variable = (byte***)new SymbolTable(map).Find(name);
                if (variable != null)
                    return variable;
            }
        }

        return null;
    }
}
