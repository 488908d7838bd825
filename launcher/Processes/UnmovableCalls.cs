using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>
/// Calls in flight whose deadline is not in the file, so that nobody else can move it: their process has said so
/// (<see cref="ConfigExtension.HasUnmovableCalls"/>). Once nobody uses the file any more, the word is taken back.
/// </summary>
internal static unsafe class UnmovableCalls
{
    /// <summary>
    /// Throws where a process has the file mapped read-only, which can say nothing in it. Before the file is locked, since it takes a look at
    /// every process.
    /// </summary>
    /// <param name="force">Do not; the deadline stays as it is.</param>
    /// <exception cref="LauncherException">One has.</exception>
    public static void RefuseReaders(OpenConfig file, bool force)
    {
        using UserSearch? search = force ? null : SearchUsers(file);
        RefuseReaders(file, search, force);
    }

    /// <inheritdoc cref="RefuseReaders(OpenConfig, bool)"/>
    /// <param name="search">Of <see cref="SearchUsers"/>.</param>
    public static void RefuseReaders(OpenConfig file, UserSearch? search, bool force)
    {
        if (!force && search?.Users.Any(user => user.IsReadOnly) == true)
            throw ConfigErrors.Unmovable(file.Path);
    }

    /// <summary>Who uses the file; null where a lease proves that no other process does.</summary>
    public static UserSearch? SearchUsers(OpenConfig file) => IsUnused(file) ? null : UserSearch.Begin(file.Descriptor);

    /// <summary>Throws where a process that uses the file may have such a call. The file must be locked.</summary>
    /// <param name="force">Do not; the deadline stays as it is.</param>
    /// <exception cref="LauncherException">It does.</exception>
    public static void Refuse(LayoutMapping layout, bool force)
    {
        if (ExtensionBlock.HasUnmovableCalls(layout.Extension) && !TryTakeBack(layout) && !force)
            throw ConfigErrors.Unmovable(layout.File.Path);
    }

    /// <summary>Says that programs may use the file without a <see cref="UserMark"/>.</summary>
    public static void SayUncounted(LayoutMapping layout)
    {
        if (layout.Extension != null)
            Interlocked.Or(ref layout.Extension->flags, ConfigExtension.HasUncountedUsers);
    }

    // While the lease is held, a process that opens the file waits, and cannot say so at this moment.
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

        // A process that has mapped the file meanwhile may have found the flag set already.
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
