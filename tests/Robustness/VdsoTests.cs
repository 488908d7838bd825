using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>Finds the vDSO through the dynamic loader. The conformance tests find it through the auxiliary vector.</summary>
public class VdsoTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("dlsym")]
    [InlineData("dlvsym")]
    [InlineData("program_headers")]
    public async Task Its_functions_read_virtual_clocks(string way)
    {
        Result result = await RunAsync(way);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0, result.Number($"status_{i}"));
            Limits.AssertJustAfter(12345, result.Number($"clock_{i}"));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Address_in_the_real_one_is_still_found_to_lie_in_an_object() =>
        Assert.Equal(1, (await RunAsync("program_headers")).Number("real_is_told_of"));

    private static async Task<Result> RunAsync(string way)
    {
        string program = await NativeProgram.BuildAsync("robustness/looked_up_vdso.c");
        using ConfigFile config = ConfigFile.At(12345);
        Result native = await Command.Of(program, way).RunAsync();
        Assert.SkipUnless(native.ExitCode == 0, "needs a vDSO that the loader tells of");
        return (await Command.Of(program, way).Under(config).RunAsync()).Succeeded();
    }
}
