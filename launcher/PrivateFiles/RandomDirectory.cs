using VirtTime.Base;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.PrivateFiles;

/// <summary>
/// A directory with a random name, needed if another user has created a directory with the usual name. Later launches recognise it by its
/// owner.
/// </summary>
internal static class RandomDirectory
{
    /// <summary>The path; null if there is no such directory and it cannot be created.</summary>
    /// <param name="parent">A directory that all users share.</param>
    /// <param name="prefix">The beginning of the directory's name.</param>
    public static string? FindOrMake(string parent, string prefix)
    {
        if (Find(parent, prefix) is string found)
            return found;

        string made = string.Concat(parent, "/", prefix, Guid.NewGuid().ToString("N"));
        if (SystemCalls.mkdir(made, Permissions.OwnersDirectory) != 0)
            return null;

        // If two launches create one at the same time, both use the one whose name sorts first.
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
