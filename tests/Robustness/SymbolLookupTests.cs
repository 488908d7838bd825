using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary><c>dlsym</c> while the loader's list of libraries changes.</summary>
public class SymbolLookupTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Looking_up_through_a_handle_bears_that_others_load_and_unload()
    {
        string program = await NativeProgram.BuildAsync("robustness/lookups_beside_loading.c");
        string library = await NativeProgram.BuildLibraryAsync("small_library.c");
        using TemporaryDirectory directory = new();

        // With so many libraries, a thread that walks the list probably does so while the list changes.
        string[] libraries = [.. Enumerable.Range(0, 40).Select(number => directory.File($"small_{number}.so"))];
        foreach (string copy in libraries)
            File.Copy(library, copy);

        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await Command.Of(program, libraries).Under(config).RunAsync()).Succeeded();
        Assert.InRange(result.Number("lookups"), 100, decimal.MaxValue);
        Assert.InRange(result.Number("loads"), libraries.Length, decimal.MaxValue);
    }
}
