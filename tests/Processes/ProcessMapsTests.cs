using VirtTime.Processes;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Processes;

/// <summary>The two ways to read a process's mappings: the file <c>maps</c>, and an ioctl on it since Linux 6.11.</summary>
public class ProcessMapsTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("rw", "plain", "plain")]
    [InlineData("ro", "two  words", "two  words")]
    [InlineData("rw", "line\nfeed", "line\\012feed")]
    [InlineData("rw", "back\\012slash (deleted)", "back\\012slash (deleted)")]
    public async Task Say_the_same(string mode, string name, string nameInMaps)
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllBytesAsync(directory.File(name), new byte[64], TestContext.Current.CancellationToken);
        using MappingProgram program = await MappingProgram.StartAsync(directory.File(name), mode);
        byte[] maps = await File.ReadAllBytesAsync($"/proc/{program.ProcessId}/maps", TestContext.Current.CancellationToken);
        Mapping written = Assert.Single(ProcessMaps.Shared(maps), mapping => mapping.Name == directory.File(nameInMaps));
        Assert.Equal((mode == "rw", 0ul), (written.IsWritable, written.Position));

        using ProcFolder proc = ProcFolder.TryOpen()!;
        List<Mapping> all = ProcessMaps.TryReadShared(proc, program.ProcessId)!;
        Mapping asked = Assert.Single(all, mapping => mapping.Name.StartsWith(directory.Path, StringComparison.Ordinal));
        Assert.Equal(written with { Name = "" }, asked with { Name = "" });
        Assert.Contains(asked.Name, (string[])[directory.File(name), directory.File(nameInMaps)]);
    }
}
