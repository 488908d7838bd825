using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>
/// Calls in flight whose deadline is not in the file, so that the launcher cannot move it. Their process has set
/// <see cref="ConfigExtension.HasUnmovableCalls"/>; the launcher clears the flag once no process uses the file.
/// </summary>
internal static unsafe class UnmovableCalls
{
    /// <summary>
    /// Throws if a process has the file mapped read-only, because such a process cannot set the flag. Call it before locking the file: it
    /// reads every process.
    /// </summary>
    /// <param name="force">Do not throw; deadlines outside the file are not moved.</param>
    /// <exception cref="LauncherException">A process has the file mapped read-only.</exception>
    public static void RefuseReaders(OpenConfig file, bool force)
    {
        using UserSearch? search = force ? null : SearchUsers(file);
        RefuseReaders(file, search, force);
    }

    /// <inheritdoc cref="RefuseReaders(OpenConfig, bool)"/>
    /// <param name="search">The result of <see cref="SearchUsers"/>.</param>
    public static void RefuseReaders(OpenConfig file, UserSearch? search, bool force)
    {
        if (!force && search?.Users.Any(user => user.IsReadOnly) == true)
            throw ConfigErrors.Unmovable(file.Path);
    }

    /// <summary>Searches the users of the file; null if a lease proves that no other process uses it.</summary>
    public static UserSearch? SearchUsers(OpenConfig file) => IsUnused(file) ? null : UserSearch.Begin(file.Descriptor);

    /// <summary>Throws if a process that uses the file may have such a call. The file must be locked.</summary>
    /// <param name="force">Do not throw; deadlines outside the file are not moved.</param>
    /// <exception cref="LauncherException">A process may have such a call.</exception>
    public static void Refuse(LayoutMapping layout, bool force)
    {
        if (ExtensionBlock.HasUnmovableCalls(layout.Extension) && !TryTakeBack(layout) && !force)
            throw ConfigErrors.Unmovable(layout.File.Path);
    }

    /// <summary>Sets the flag that processes without a <see cref="UserMark"/> may use the file.</summary>
    public static void SetUncountedFlag(LayoutMapping layout)
    {
        if (layout.Extension != null)
            Interlocked.Or(ref layout.Extension->flags, ConfigExtension.HasUncountedUsers);
    }

    // While the lease is held, a process that opens the file waits. So no process can set the flag at the moment when it is cleared.
    private static bool TryTakeBack(LayoutMapping layout)
    {
        int descriptor = layout.File.Descriptor;
        if (FileLease.TryTake(descriptor))
        {
            TakeBack(layout);
            FileLease.Return(descriptor);
            return true;
        }

        if (FileLease.IsProof(descriptor) || !IsSurelyUnused(descriptor))
            return false;

        // A process that has mapped the file meanwhile may have found the flag already set and relied on it. If there is one, set it again.
        TakeBack(layout);
        if (IsSurelyUnused(descriptor))
            return true;
        Interlocked.Or(ref layout.Extension->flags, ConfigExtension.HasUnmovableCalls);
        return false;
    }

    private static void TakeBack(LayoutMapping layout) =>
        Interlocked.And(ref layout.Extension->flags, ~ConfigExtension.HasUnmovableCalls);

    private static bool IsSurelyUnused(int descriptor) => ConfigUsers.Of(descriptor) is { SawEverybody: true, Users.Count: 0 };

    private static bool IsUnused(OpenConfig file)
    {
        if (!FileLease.TryTake(file.Descriptor))
            return false;
        FileLease.Return(file.Descriptor);
        return true;
    }
}
