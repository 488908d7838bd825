using System.Text;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>The processes of /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Whether a process was started with the variable set to this value; those of other users cannot be asked.</summary>
    public static bool AnyHasVariable(string variable, string value)
    {
        using Descriptor proc = Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        if (!proc.IsOpen)
            return false;

        byte[] wanted = Encoding.Latin1.GetBytes($"{variable}={value}\0");
        foreach (string name in DirectoryEntries.Read(proc.Number))
        {
            if (char.IsAsciiDigit(name[0]) && Contains(SmallFile.TryRead($"/proc/{name}/environ"), wanted))
                return true;
        }

        return false;
    }

    private static bool Contains(byte[]? environment, byte[] wanted)
    {
        int at = environment.AsSpan().IndexOf(wanted);
        return at == 0 || (at > 0 && environment![at - 1] == 0);
    }
}
