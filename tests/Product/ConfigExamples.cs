using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The example programs of <c>scripts/</c>, which read and write the config file's format without the library.</summary>
internal static class ConfigExamples
{
    private static readonly Lazy<Task<string>> s_rust = new(CompileRustAsync);

    public static readonly string[] All = ["python", "rust"];

    public static async Task<Command> CommandAsync(string language, params string[] arguments)
    {
        if (language == "python")
            return Command.Of(Needs.Tool("python3"), [PathOf("config-example.py"), .. arguments]);
        Needs.Tool("rustc");
        return Command.Of(await s_rust.Value, arguments);
    }

    private static async Task<string> CompileRustAsync()
    {
        string program = Path.Combine(Paths.Built, "config-example");
        Directory.CreateDirectory(Paths.Built);
        Command compiler = Command.Compiler("rustc", "-D", "warnings", "-o", program, PathOf("config-example.rs"));
        (await compiler.RunAsync()).Succeeded("compiling config-example.rs");
        return program;
    }

    private static string PathOf(string name) => Path.Combine(Paths.Root, "scripts", name);
}
