using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>
/// Whether a config file has slots for the threads that use it. A file of 16 or 4,096 bytes (another tool's, or one made under <c>ulimit -f</c>) has
/// none, and the deadlines of their calls in flight are in their own memory.
/// </summary>
internal static class SlotRoom
{
    /// <param name="force">Do not; the deadlines stay as they are.</param>
    /// <exception cref="LauncherException">A thread's slot lies beyond the file's end.</exception>
    public static void Refuse(OpenConfig file, IEnumerable<ConfigUser> users, bool force) =>
        Refuse(file, users.SelectMany(user => user.Threads).Select(thread => thread.Own), force);

    /// <inheritdoc cref="Refuse(OpenConfig, IEnumerable{ConfigUser}, bool)"/>
    /// <param name="threads">Their ids in their own process namespaces.</param>
    public static void Refuse(OpenConfig file, IEnumerable<int> threads, bool force)
    {
        if (!force && FindBeyond(file, threads) is int thread)
            throw ConfigErrors.NoRoomForSlot(file.Path, thread);
    }

    /// <summary>The first of the threads whose slot lies beyond the end; null where all have one.</summary>
    public static int? FindBeyond(OpenConfig file, IEnumerable<int> threads)
    {
        // The library takes slots of a file by thousands, and a config file has either all of them or fewer than that.
        return file.Size >= ConfigLayout.CLayoutEnd ? null : threads.Select(thread => (int?)thread).FirstOrDefault();
    }
}
