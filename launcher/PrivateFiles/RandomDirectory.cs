using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.PrivateFiles;

/// <summary>
/// A directory whose name no other user can guess beforehand, for where another user has taken the name that can be guessed. Later launches know it by its
/// owner.
/// </summary>
internal static class RandomDirectory
{
    /// <summary>Null where there is none, and none can be made.</summary>
    /// <param name="parent">A directory that all users share.</param>
    /// <param name="prefix">What its name begins with.</param>
    public static string? FindOrMake(string parent, string prefix)
    {
        if (Find(parent, prefix) is string found)
            return found;

        string made = string.Concat(parent, "/", prefix, Guid.NewGuid().ToString("N"));
        if (SystemCalls.mkdir(made, Permissions.OwnersDirectory) != 0)
            return null;

        // Of two launches that make one at the same time, both use the first by name.
        string? first = Find(parent, prefix);
        if (first is not null && first != made)
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, made, SystemCalls.AT_REMOVEDIR);
        return first ?? made;
    }

    private static string? Find(string parent, string prefix)
    {
        using Descriptor opened = Descriptor.Open(parent, SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return opened.IsOpen
            ? DirectoryEntries.Read(opened.Number)
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && IsOwn(opened.Number, name))
                .Order(StringComparer.Ordinal)
                .Select(name => $"{parent}/{name}")
                .FirstOrDefault()
            : null;
    }

    private static bool IsOwn(int parent, string name) =>
        statx_buffer.OfLinkAt(parent, name) is statx_buffer { IsDirectory: true } status && status.stx_uid == Syscall.geteuid();
}
