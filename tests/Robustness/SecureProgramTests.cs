using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Robustness;

/// <summary>A set-user-ID program that gets the library from <c>/etc/ld.so.preload</c>: its caller cannot shift its clocks.</summary>
public class SecureProgramTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("755", true)]
    [InlineData("4755", false)]
    public async Task Set_user_id_program_does_not_take_the_config_file_from_its_caller(string mode, bool isShifted)
    {
        await Needs.MountsAsync();
        using OrdinaryUser user = new();
        using ConfigFile config = ConfigFile.Create(-1_000_000_000, 4096);
        string file = user.PathOf("conf");
        File.Copy(config.Path, file);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110);
        string program = user.Copy(await NativeProgram.BuildAsync("exec/show_start.c"));
        string library = Path.Combine(Path.GetDirectoryName(user.Launcher)!, "libvirttime.so");
        const string Script = """
            mkdir $2.etc && cp /etc/ld.so.cache $2.etc && echo $1 >$2.etc/ld.so.preload && chmod $3 $0 && mount --bind $2.etc /etc &&
                exec env VIRT_TIME_CONF=$2 setpriv --reuid=65534 --regid=65534 --clear-groups $0
            """;
        Result result = (await Command.Of("unshare", "--mount", "sh", "-c", Script, program, library, file, mode).RunAsync()).Succeeded();
        Assert.Equal(isShifted, result.Number("clock") > 1_000_000_000);

        // The library in env prints this line, because env itself starts without VIRT_TIME_CONF. In the set-user-ID program it prints nothing.
        Assert.Single(result.ErrorLines);
    }
}
