using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>The error messages about config files.</summary>
internal static class ConfigErrors
{
    public static LauncherException CannotOpen(string path, int error, bool toWrite) => new(What(path), error switch
    {
        ErrorNumber.EISDIR => "is a directory; give the name of a file",
        ErrorNumber.ENXIO => "is not a regular file; give the name of a regular file, or a new name",
        ErrorNumber.EACCES or ErrorNumber.EPERM when toWrite => "permission denied; give this user write access to the file",
        ErrorNumber.ELOOP => "too many symbolic links",
        ErrorNumber.ENOENT => "the directory does not exist; create it first",
        _ => ErrorNumber.Text(error),
    });

    public static LauncherException CannotWrite(string path, int error) => CannotWriteFile(What(path), error);

    /// <param name="what">The file, if it is not the config file.</param>
    public static LauncherException CannotWriteFile(string what, int error) => new(what, error switch
    {
        ErrorNumber.ENOSPC => "no space left on device; free some space, or put the file elsewhere",
        ErrorNumber.EDQUOT => "disk quota exceeded; free some space, or put the file elsewhere",
        ErrorNumber.EFBIG => "the file size limit is too low for a config file; raise it (ulimit -f), or use an existing config file",
        ErrorNumber.EACCES or ErrorNumber.EPERM => "permission denied; give this user write access to the directory",
        ErrorNumber.EROFS => "read-only file system; put the file elsewhere",
        ErrorNumber.ENOENT or ErrorNumber.ENOTDIR => "the directory does not exist; create it first",
        _ => ErrorNumber.Text(error),
    });

    public static LauncherException NotConfig(string path, long size, ConfigDefect defect) => new(What(path), defect switch
    {
        ConfigDefect.TooShort when size == 0 => "is empty; remove it, and virttime-run creates it",
        ConfigDefect.TooShort => $"is only {size} bytes long, so it is not a config file; give another name, and virttime-run creates the file",
        ConfigDefect.Program => "is a program, not a config file; give another name, and virttime-run creates the file",
        ConfigDefect.Size => $"is not a config file: no config file has {size} bytes; give another name, and virttime-run creates the file",
        ConfigDefect.Newer => "was created or changed by a newer VirtTime, and this version cannot read its format; install the newer version",
        ConfigDefect.Foreign => "is not a config file: its extension block is not VirtTime's; give another name, and virttime-run creates the file",
        _ => "is not a config file: an offset in it is out of range; give another name, and virttime-run creates the file",
    });

    /// <summary>A page that the change will write cannot be prepared.</summary>
    public static LauncherException CannotPrepare(string path, int error) => error switch
    {
        ErrorNumber.ENOSPC or ErrorNumber.EDQUOT => CannotWrite(path, error),

        // MADV_POPULATE_WRITE: a page cannot be read, or lies after the end of the file.
        ErrorNumber.EFAULT => new(What(path), "cannot be read into memory, or was truncated by another process; nothing was changed"),
        _ => new(What(path), "cannot be read into memory: " + ErrorNumber.Text(error) + "; nothing was changed"),
    };

    public static LauncherException CannotRead(string path, int error) =>
        new(What(path), error == 0 ? "was truncated by another process" : "cannot be read: " + ErrorNumber.Text(error));

    public static LauncherException Unmovable(string path) => new(
        What(path),
        "a program that uses it has a wait whose deadline cannot be moved (file read-only, no space left, or no free slot); end that program, or give --force");

    /// <param name="holder">The id of the process that holds the lock; 0 if unknown.</param>
    /// <param name="name">The name of that process; null if it cannot be read.</param>
    public static LauncherException Locked(string path, int holder, string? name) => new(
        What(path),
        holder == 0
            ? "another program holds its lock; end that program, or try again later"
            : $"process {holder} ({name ?? "?"}) holds its lock; end that process, or try again later");

    /// <param name="thread">The thread's id in its own PID namespace.</param>
    public static LauncherException NoRoomForSlot(string path, int thread) => new(
        What(path),
        $"is too short for the deadlines of thread {thread}, so its calls in flight cannot be moved; use a longer file, or give --force");

    public static LauncherException DanglingLink(string path) =>
        new(What(path), "is a symbolic link to a missing file, and virttime-run creates no file through a link; give the name of the target");

    /// <param name="process">The id of the process that has the library.</param>
    public static LauncherException OlderLibrary(string path, int process) => new(
        What(path),
        $"process {process} uses it with a library that does not know --realtime-rate and would ignore it; start it again, or give --force");

    public static LauncherException Missing(string path) => new(What(path), "no such file");

    public static LauncherException NothingToShow(string path) =>
        new(What(path), "no such file; give a clock option or a command, and virttime-run creates it");

    public static LauncherException ForeignOwner(string path, uint owner) => new(
        What(path), $"belongs to user {owner}, who can kill every process that uses it by truncating it; use a file of your own, or give --force");

    public static LauncherException NothingSaved(string path) => new(
        What(path), "has no saved clocks, or --resume has already used them; give --save before the move, or --monotonic-at now");

    public static LauncherException WallClockBehind(string path) => new(
        What(path), "the wall clock is earlier than when the clocks were saved; set the wall clock, or omit --elapsed");

    public static LauncherException DateStandsStill(string path) => new(
        What(path), "its date stands still (--realtime-rate 0), so the time since --save is unknown; omit --elapsed");

    /// <summary>With another rate, the saved date would not tell how much time has passed since <c>--save</c>.</summary>
    public static LauncherException RateOfSaved(string path) => new(
        What(path), "has saved clocks, and --resume --elapsed needs the rate of that time; give --resume first, or --force");

    public static LauncherException SavedOnOtherBoot(string path) =>
        new(
            What(path),
            "was made on another boot or host, so its clocks cannot be read here; give --save on the host where the program ran, or give --force");

    public static LauncherException OtherBoot(string path) => new(
        What(path),
        "was made on another boot or host, so its offset has no meaning here; give a clock option, --resume if its clocks were saved, or --force");

    public static LauncherException WaitsOfOtherBoot(string path) => new(
        What(path), "was made on another boot or host, so its deadlines have no meaning here; omit --keep-waits");

    public static LauncherException OtherLayout(string path, long size) => new(
        What(path), $"exists already with another layout ({size} bytes); remove it, or omit --config-layout");

    public static LauncherException NoRoomForBoottime(string path) => new(
        What(path), "has no room for a boottime offset (another tool made it); omit --boottime-*, or use a new file");

    public static LauncherException NoRoomForDate(string path) => new(
        What(path), "has no room for a date (another tool made it); omit --realtime-*, or use a new file");

    public static LauncherException MonotonicOfOtherBoot(string path) => new(
        What(path), "has a monotonic offset from another boot or host; give --monotonic-at or --monotonic-offset as well, or --force");

    public static LauncherException BoottimeOfOtherBoot(string path) => new(
        What(path), "has a boottime offset from another boot or host; give --boottime-at or --boottime-offset as well, or --force");

    public static string What(string path) => "--config " + path;
}
