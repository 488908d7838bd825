using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Processes;

/// <summary>A program that has a file mapped.</summary>
internal sealed class MappingProgram : IDisposable
{
    private readonly RunningProgram _program;

    private MappingProgram(RunningProgram program) => _program = program;

    /// <summary>The process id in the program's own PID namespace.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The thread ids in the program's own PID namespace.</summary>
    public IReadOnlyList<int> Threads { get; private set; } = [];

    /// <param name="mode">rw, ro or private.</param>
    /// <param name="options">Options of map_file.c: thread, first-ends, unlink, one-page, two-pages.</param>
    public static Task<MappingProgram> StartAsync(string file, string mode, params string[] options) =>
        StartAsync(command => command, file, mode, options);

    /// <param name="wrap">Makes another program run the command.</param>
    public static async Task<MappingProgram> StartAsync(Func<Command, Command> wrap, string file, string mode, params string[] options)
    {
        string program = await NativeProgram.BuildAsync("launcher/map_file.c");
        MappingProgram started = new(wrap(Command.Of(program, [file, mode, .. options])).Start());
        List<int> threads = [];
        int lines = 2 + options.Count(option => option == "thread") - (options.Contains("first-ends") ? 1 : 0);
        for (int i = 0; i < lines; i++)
        {
            string[] line = (await started._program.ReadLineAsync()).Split('=');
            if (line[0] == "process")
                started.ProcessId = int.Parse(line[1], null);
            else
                threads.Add(int.Parse(line[1], null));
        }

        started.Threads = threads;
        return started;
    }

    public void Dispose() => _program.Dispose();
}
