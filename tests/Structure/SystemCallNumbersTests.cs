using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Structure;

/// <summary>Things that a new interposed function needs besides its code: the number of its system call, and support in <c>syscall(2)</c>.</summary>
public sealed partial class SystemCallNumbersTests
{
    // For a file that replaces one of /proc, syscall(SYS_fstat) and syscall(SYS_statx) return the replacement's own status.
    private static readonly string[] s_notThroughSyscall = ["fstat", "statx"];

    // The files in which syscall(2) is dispatched by its number.
    private static readonly string[] s_handlers = ["RawSyscall.cs", "Proc/Opens.cs", "Proc/Rewinds.cs", "Descriptors/DescriptorReuse.cs"];

    [Fact]
    public void Both_processors_have_the_same_names() => Assert.Equal(Numbers("x64").Keys.Order(), Numbers("arm64").Keys.Order());

    [Theory(Timeout = Limits.Test)]
    [InlineData("x64", "gcc")]
    [InlineData("arm64", "aarch64-linux-gnu-gcc")]
    public async Task Numbers_are_those_of_the_kernel(string processor, string compiler)
    {
        Dictionary<string, int> ours = Numbers(processor), kernels = await KernelsAsync(compiler, ours.Keys);
        string[] known = [.. ours.Keys.Where(kernels.ContainsKey)];

        // The newest numbers are missing in some headers.
        Assert.InRange(known.Length, ours.Count - 6, ours.Count);
        Assert.Equal(known.Select(name => (name, kernels[name])), known.Select(name => (name, ours[name])));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Interposed_system_call_is_one_that_syscall_knows_too()
    {
        string handlers = string.Concat(s_handlers.Select(file => File.ReadAllText(Path.Combine(Paths.Root, "libvirttime/Interpose", file))));
        string[] handled = [.. Used().Matches(handlers).Select(match => match.Groups[1].Value)];
        string[] calls = [.. (await KernelsAsync("gcc", VirtualisedNames.Exported())).Keys];
        Assert.Contains("clock_gettime", calls);
        Assert.Empty(calls.Except(handled).Except(s_notThroughSyscall));
    }

    [Fact]
    public void Converted_system_call_is_one_that_has_a_case()
    {
        string source = File.ReadAllText(Path.Combine(Paths.Root, "libvirttime/Interpose/RawSyscall.cs"));
        string condition = Condition().Match(source).Value;
        string[] cases = [.. Case().Matches(source).SelectMany(match => Used().Matches(match.Value)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(cases);
        Assert.Equal(cases.Order(), Used().Matches(condition).Select(match => match.Groups[1].Value).Order());
    }

    private static Dictionary<string, int> Numbers(string processor) =>
        Number().Matches(File.ReadAllText(Path.Combine(Paths.Root, $"libvirttime/SystemCalls/SyscallNumbers.{processor}.cs")))
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));

    /// <summary>
    /// Returns the numbers in the kernel's headers, for the calls that the headers have. A negative number of ours means that there is no such call.
    /// </summary>
    private static async Task<Dictionary<string, int>> KernelsAsync(string compiler, IEnumerable<string> names)
    {
        string source = "#include <asm/unistd.h>\n" + string.Concat(names.Select(name => $"number_{name} __NR_{name}\n"));
        Result result = (await Command.Compiler(Needs.Tool(compiler), "-E", "-P", "-x", "c", "-").RunAsync(source)).Succeeded();
        return Expanded().Matches(result.Output)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"public const nint (\w+) = (-?[0-9]+);")]
    private static partial Regex Number();

    [GeneratedRegex(@"^number_(\w+) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Expanded();

    [GeneratedRegex(@"SyscallNumbers\.(\w+)")]
    private static partial Regex Used();

    [GeneratedRegex(@"bool IsConverted\(.*?;", RegexOptions.Singleline)]
    private static partial Regex Condition();

    [GeneratedRegex("case SyscallNumbers[^:]*:")]
    private static partial Regex Case();
}
