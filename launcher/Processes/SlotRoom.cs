using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>
/// Checks that a config file has slots for the threads that use it. A file of 16 or 4,096 bytes (made by another tool, or under
/// <c>ulimit -f</c>) is used without slots, and its users keep the deadlines of their calls in flight in their own memory.
/// </summary>
internal static class SlotRoom
{
    /// <param name="force">Do not refuse; deadlines outside the file are not moved.</param>
    /// <exception cref="LauncherException">A thread's slot lies beyond the file's end.</exception>
    public static void Refuse(OpenConfig file, IEnumerable<ConfigUser> users, bool force) =>
        Refuse(file, users.SelectMany(user => user.Threads).Select(thread => thread.Own), force);

    /// <inheritdoc cref="Refuse(OpenConfig, IEnumerable{ConfigUser}, bool)"/>
    /// <param name="threads">The threads' ids in their own PID namespaces.</param>
    public static void Refuse(OpenConfig file, IEnumerable<int> threads, bool force)
    {
        if (!force && FindBeyond(file, threads) is int thread)
            throw ConfigErrors.NoRoomForSlot(file.Path, thread);
    }

    /// <summary>The first thread without a slot; null if every thread has one.</summary>
    public static int? FindBeyond(OpenConfig file, IEnumerable<int> threads)
    {
        // The library maps slots in chunks of 4,096, and a file without the whole C layout has at most 255 slots. So such a file is used
        // without slots.
        return file.Size >= ConfigLayout.CLayoutEnd ? null : threads.Select(thread => (int?)thread).FirstOrDefault();
    }
}
