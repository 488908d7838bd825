namespace VirtTime.Base;

/// <summary>An error that ends the launcher: one line for the user, and the exit status.</summary>
internal sealed class LauncherException : Exception
{
    /// <param name="what">The option, file or command that the error is about.</param>
    /// <param name="reason">The reason, and the remedy if there is one. ASCII, apart from byte strings of the user.</param>
    /// <param name="exitStatus">See <see cref="VirtTime.Base.ExitStatus"/>.</param>
    public LauncherException(string what, string reason, int exitStatus = VirtTime.Base.ExitStatus.LauncherFailed)
        : this($"{what}: {reason}", exitStatus)
    {
    }

    private LauncherException(string message, int exitStatus)
        : base(message) => ExitStatus = exitStatus;

    public int ExitStatus { get; }

    /// <summary>The same message with another exit status.</summary>
    public LauncherException WithStatus(int exitStatus) => new(Message, exitStatus);
}
