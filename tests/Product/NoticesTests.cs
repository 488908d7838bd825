using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>THIRD-PARTY-NOTICES</c>, which the build writes for the packages that it links.</summary>
public class NoticesTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("CommandLineParser", "Giacomo Stelluti Scala")]
    [InlineData("Mono.Posix", "Xamarin Inc., Novell Inc.")]
    [InlineData(".NET", ".NET Foundation and Contributors")]
    [InlineData(".NET's parts", "License notice for libunwind based code")]
    [InlineData("glibc", "The GNU C Library is free software")]
    [InlineData("glibc's parts", "Regents of the University of California")]
    [InlineData("LGPL-2.1", "GNU LESSER GENERAL PUBLIC LICENSE")]
    [InlineData("its end", "END OF TERMS AND CONDITIONS")]
    public async Task It_has_the_notice_of_each_part(string part, string words) => Assert.True((await ReadAsync()).Contains(words, StringComparison.Ordinal), part);

    [Fact(Timeout = Limits.Test)]
    public async Task It_names_all_that_is_linked_in()
    {
        string lockFile = Path.Combine(Paths.Root, "launcher", "packages.lock.json");
        using JsonDocument locked = JsonDocument.Parse(await File.ReadAllTextAsync(lockFile, TestContext.Current.CancellationToken));
        string[] linked = [.. locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Select(package => package.Name).Where(name => !name.Contains("ILCompiler", StringComparison.Ordinal) && !name.Contains("ILLink", StringComparison.Ordinal))];
        Assert.Contains("CommandLineParser", linked);
        string[] named = ["CommandLineParser", "Mono.Posix", "Microsoft.Extensions"];
        string notices = await ReadAsync();
        Assert.All(linked, package => Assert.Contains(named, name => package.StartsWith(name, StringComparison.Ordinal) && notices.Contains(name, StringComparison.Ordinal)));
    }

    private static Task<string> ReadAsync() => File.ReadAllTextAsync(Path.Combine(Paths.Dist, "THIRD-PARTY-NOTICES"), TestContext.Current.CancellationToken);
}
