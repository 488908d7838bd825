namespace VirtTime.Placement;

/// <summary>
/// What the tracer is to do, and where the launcher and the tracer meet. It lies in unmanaged memory, which both processes share until the exec.
/// </summary>
internal unsafe struct PlacementOrder
{
    /// <summary>The launcher's process id, which the target keeps.</summary>
    public int Target;

    /// <summary>The tracer's process id. The launcher stores it before it lets the tracer begin.</summary>
    public int Tracer;

    /// <summary>Not 0 when the tracer may begin. It stays 0 if the launcher is killed before.</summary>
    public int MayBegin;

    /// <summary>
    /// Pipes: the launcher closes the first one when the tracer may begin (a byte would raise SIGPIPE if the tracer was killed); into the second one
    /// the tracer writes the error number of its attempt to trace.
    /// </summary>
    public Pipe Begin;

    public Pipe Begun;

    /// <summary>The number of the system call that failed, if the attempt to trace failed.</summary>
    public nint FailedCall;

    /// <summary>Not 0 if the launcher executes nothing any more. The launcher then sends itself SIGURG, and the tracer lets it go.</summary>
    public int IsAbandoned;

    /// <summary>The library's file. The target closes this descriptor before its first instruction.</summary>
    public int Library;

    public LibraryImage Image;

    /// <summary>The number of variables in the target's environment, and which of them names the config file.</summary>
    public int VariableCount;

    public int ConfigVariable;

    /// <summary>How many bytes precede the path in that variable.</summary>
    public int ConfigPathPosition;

    /// <summary>Where in the vDSO a system call instruction lies, in bytes from its start.</summary>
    public long SystemCallPosition;

    /// <summary>Messages for a target that cannot be started: it is another program than expected, or the library cannot be mapped into it.</summary>
    public Message OtherProgram;

    public Message CannotMap;

    internal struct Pipe
    {
        public int Read;
        public int Write;
    }

    /// <summary>A line without its end. The tracer adds the error number in brackets, for which the buffer has room.</summary>
    internal struct Message
    {
        public const int Room = 32;

        public byte* Bytes;
        public int Length;
    }
}
