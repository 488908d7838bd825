namespace VirtTime.Config;

/// <summary>
/// Calls in flight whose deadline is not in the file, so that nobody else can move it: their process has said so
/// (<see cref="ConfigExtension.HasUnmovableCalls"/>). Once nobody uses the file any more, the word is taken back.
/// </summary>
internal static unsafe class UnmovableCalls
{
    /// <summary>Throws where a process that uses the file may have such a call. The file must be locked.</summary>
    /// <param name="force">Do not; the deadline stays as it is.</param>
    /// <exception cref="LauncherException">It does.</exception>
    public static void Refuse(LayoutMapping layout, bool force)
    {
        ConfigExtension* extension = layout.Extension;
        if (extension == null || (Volatile.Read(ref extension->flags) & ConfigExtension.HasUnmovableCalls) == 0)
            return;
        if (IsUnused(layout.File))
            Interlocked.And(ref extension->flags, ~ConfigExtension.HasUnmovableCalls);
        else if (!force)
            throw ConfigErrors.Unmovable(layout.File.Path);
    }

    private static bool IsUnused(OpenConfig file)
    {
        if (!FileLease.TryTake(file.Descriptor))
            return false;
        FileLease.Return(file.Descriptor);
        return true;
    }
}
