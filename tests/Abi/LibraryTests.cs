using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The parts of the interposer's ELF file that a dynamic loader reads, with any libc.</summary>
public partial class LibraryTests
{
    private static readonly HashSet<string> s_internal =
        ["__adjtimex", "__fxstat", "__fxstat64", "__open_2", "__open64_2", "__openat_2", "__openat64_2", "__pread_chk", "__pread64_chk"];

    [Fact(Timeout = Limits.Test)]
    public async Task Needs_no_other_library() =>
        Assert.DoesNotContain("(NEEDED)", await ReadElfAsync("--dynamic"), StringComparison.Ordinal);

    [Fact(Timeout = Limits.Test)]
    public async Task Neither_defines_nor_needs_symbol_versions() =>
        Assert.Contains("No version information found", await ReadElfAsync("--version-info"), StringComparison.Ordinal);

    [Fact(Timeout = Limits.Test)]
    public async Task Exports_exactly_the_names_in_its_export_list()
    {
        string map = await File.ReadAllTextAsync(
            Path.Combine(Paths.Root, "libvirttime", "exports.map"), TestContext.Current.CancellationToken);
        string global = map[(map.IndexOf("global:", StringComparison.Ordinal) + 7)..map.IndexOf("local:", StringComparison.Ordinal)];
        string[] listed = [.. global.Split([';', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Order()];
        Assert.Equal(listed, (await ExportedAsync()).Order());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Exports_what_it_promises()
    {
        string[] promised =
        [
            "clock_gettime", "clock_nanosleep", "pthread_cond_timedwait", "pthread_cond_clockwait", "sem_clockwait", "dlsym", "dlvsym",
        ];
        Assert.Subset((await ExportedAsync()).ToHashSet(), promised.ToHashSet());
    }

    // glibc 2.25 to 2.29 called __clock_gettime inside pthread_cond_timedwait. Interposing such a name would shift the time twice. The names that
    // _FORTIFY_SOURCE makes of a program's own calls are safe: libc itself does not call them.
    [Fact(Timeout = Limits.Test)]
    public async Task Exports_no_internal_name_but_for_those_that_nothing_in_glibc_calls() =>
        Assert.Equal(s_internal, (await ExportedAsync()).Where(name => name.StartsWith('_')).ToHashSet());

    [Fact(Timeout = Limits.Test)]
    public async Task Has_no_thread_local_storage() =>
        Assert.DoesNotContain(" TLS ", await ReadElfAsync("--program-headers"), StringComparison.Ordinal);

    // musl on arm64 ignores DT_INIT.
    [Fact(Timeout = Limits.Test)]
    public async Task Has_its_constructor_in_the_array()
    {
        string dynamic = await ReadElfAsync("--dynamic");
        Assert.Contains("(INIT_ARRAY)", dynamic, StringComparison.Ordinal);
        Assert.DoesNotContain("(INIT)", dynamic, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Has_no_executable_stack_and_no_writable_code()
    {
        string headers = await ReadElfAsync("--program-headers");
        Assert.Contains("GNU_STACK", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("RWE", headers, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_at_most_81_KiB() => Assert.InRange(new FileInfo(Paths.Library).Length, 1, 81 * 1024);

    // Placed into a static program, the library is not relocated: the pointer in DT_INIT_ARRAY and the two functions of libc are not used there.
    [Fact(Timeout = Limits.Test)]
    public async Task Placed_start_needs_no_relocation()
    {
        string relocations = await ReadElfAsync("--relocs");
        Assert.Equal(
            ["RELATIVE", "getauxval", "__errno_location"],
            RelocationPattern().Matches(relocations).Select(match => match.Groups[2].Success ? match.Groups[2].Value : match.Groups[1].Value));
        Assert.Contains("init_array", await ReadElfAsync("--sections"), StringComparison.Ordinal);
        Assert.DoesNotContain("Entry point address:               0x0\n", await ReadElfAsync("--file-header"), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"R_X86_64_(\w+) +[0-9a-f]+(?: +(\w+) \+ 0)?")]
    private static partial Regex RelocationPattern();

    // Signal stacks are small. Six functions exceed the limit. None of them is part of a clock read or a wait: the message at start, identifying a
    // file, setting the clock, adjusting the clock, and the memory that executing a program borrows a page at a time.
    [Fact(Timeout = Limits.Test)]
    public async Task Frames_are_no_larger_than_256_bytes()
    {
        const int Exceptions = 6, Most = 256;
        string code = (await Command.Of("objdump", "--disassemble", "--no-show-raw-insn", Paths.Library).RunAsync()).Succeeded().Output;
        int[] frames = [.. FramePattern().Matches(code).Select(match => Convert.ToInt32(match.Groups[1].Value, 16))];
        Assert.NotEmpty(frames);
        Assert.InRange(frames.Count(size => size > Most), 0, Exceptions);
    }

    [GeneratedRegex(@"sub\s+\$0x([0-9a-f]+),%rsp")]
    private static partial Regex FramePattern();

    [Fact(Timeout = Limits.Test)]
    public async Task What_every_read_needs_lies_on_one_cache_line()
    {
        const int CacheLine = 64, Words = 5 * sizeof(long);
        string symbols = (await Command.Of("nm", Path.Combine(Paths.Dist, ".debug", "libvirttime.so.debug")).RunAsync()).Succeeded().Output;
        long address = Convert.ToInt64(HotState().Match(symbols).Groups[1].Value, 16);
        Assert.InRange((address % CacheLine) + Words, Words, CacheLine);
    }

    private static async Task<string> ReadElfAsync(string option) =>
        (await Command.Of("readelf", "--wide", option, Paths.Library).RunAsync()).Succeeded().Output;

    private static async Task<string[]> ExportedAsync() =>
        [.. DefinedSymbol().Matches(await ReadElfAsync("--dyn-syms")).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"(?:GLOBAL|WEAK)\s+\w+\s+[0-9]+\s+(\S+)$", RegexOptions.Multiline)]
    private static partial Regex DefinedSymbol();

    [GeneratedRegex(@"^([0-9a-f]+) b \w+_HotState$", RegexOptions.Multiline)]
    private static partial Regex HotState();
}
