using System.Text;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>The launcher and the library put the interposer at the same place in <c>LD_PRELOAD</c>.</summary>
public class PreloadOrderTests
{
    // A placeholder for the library's path.
    private const string Ours = "OURS";

    /// <summary>The value of LD_PRELOAD before and after.</summary>
    public static TheoryData<string, string> Cases() => new()
    {
        { "", Ours },
        { "libm.so.6", $"{Ours}:libm.so.6" },
        { ":: libm.so.6 libdl.so.2:", $"{Ours}:libm.so.6:libdl.so.2" },
        { "libasan.so.8", $"libasan.so.8:{Ours}" },
        { "libasan.so.8 libm.so.6", $"libasan.so.8:{Ours}:libm.so.6" },
        { "libtsan.so.2:/opt/liblsan.so.0:libm.so.6", $"libtsan.so.2:/opt/liblsan.so.0:{Ours}:libm.so.6" },
        { "libm.so.6:libasan.so.8", $"{Ours}:libm.so.6:libasan.so.8" },
        { "libhwasan.so.0", $"libhwasan.so.0:{Ours}" },
        { "/usr/lib/libclang_rt.tsan-x86_64.so", $"/usr/lib/libclang_rt.tsan-x86_64.so:{Ours}" },
        { "libclang_rt.asan.so", $"libclang_rt.asan.so:{Ours}" },
        { "libclang_rt.rtsan-x86_64.so", $"libclang_rt.rtsan-x86_64.so:{Ours}" },
        { "libclang_rt.hwasan_aliases-x86_64.so", $"libclang_rt.hwasan_aliases-x86_64.so:{Ours}" },

        // A sanitizer that works at any place, and names that only resemble a sanitizer's.
        { "libubsan.so.1", $"{Ours}:libubsan.so.1" },
        { "libclang_rt.ubsan_standalone-x86_64.so", $"{Ours}:libclang_rt.ubsan_standalone-x86_64.so" },
        { "/home/hasan.s/libc++.so", $"{Ours}:/home/hasan.s/libc++.so" },
        { "/opt/libasan.so.8/libm.so.6", $"{Ours}:/opt/libasan.so.8/libm.so.6" },
        { "libhasan.so", $"{Ours}:libhasan.so" },
        { "libsan", $"{Ours}:libsan" },
        { "libsan.so", $"{Ours}:libsan.so" },
        { "san.so", $"{Ours}:san.so" },

        // Names that only resemble the library's.
        { "/opt/notlibvirttime.so", $"{Ours}:/opt/notlibvirttime.so" },
        { "libvirttime.so.1", $"{Ours}:libvirttime.so.1" },
        { "ttime.so", $"{Ours}:ttime.so" },
    };

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Cases))]
    public async Task Launcher_puts_it_there(string given, string expected)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Command launcher = Command.Launcher("--config", config.Path, "--print-env").With("LD_PRELOAD", given);
        Result result = (await launcher.RunAsync()).Succeeded();
        Assert.Equal("LD_PRELOAD=" + Named(expected), result.Lines[0]);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Cases))]
    public async Task Library_puts_it_there(string given, string expected)
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, $"set=LD_PRELOAD={given}", "execve", await InheritanceTests.StaticAsync(directory))).Succeeded();
        Assert.Equal("LD_PRELOAD=" + Named(expected), InheritanceTests.Variables(result)[0]);
    }

    [Theory]
    [InlineData("libvirttime.so", "")]
    [InlineData("/opt/libvirttime.so:libm.so.6", "libm.so.6")]
    [InlineData("libasan.so.8:/opt/libvirttime.so libm.so.6:libvirttime.so", "libasan.so.8:libm.so.6")]
    [InlineData("libm.so.6", "libm.so.6")]
    public void Copies_of_the_library_are_taken_out(string given, string others)
    {
        Assert.Equal(others, Write(given, withInterposer: false));
        Assert.Equal(given.Contains("virttime", StringComparison.Ordinal), HasInterposer(given));
        Assert.Single(Write(given, withInterposer: true).Split(':'), Paths.Library);
    }

    private static string Named(string order) => order.Replace(Ours, Paths.Library, StringComparison.Ordinal);

    private static unsafe bool HasInterposer(string list)
    {
        fixed (byte* text = Encoding.ASCII.GetBytes(list + '\0'), path = Encoding.ASCII.GetBytes(Paths.Library + '\0'))
            return PreloadOrder.HasInterposer(text, path);
    }

    private static unsafe string Write(string list, bool withInterposer)
    {
        byte[] written = new byte[list.Length + Paths.Library.Length + 2];
        fixed (byte* to = written, text = Encoding.ASCII.GetBytes(list + '\0'), path = Encoding.ASCII.GetBytes(Paths.Library + '\0'))
        {
            int length = (int)(PreloadOrder.Write(to, text, path, withInterposer) - to);
            Assert.Equal(0, written[length]);
            return Encoding.ASCII.GetString(written, 0, length);
        }
    }
}
