using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>docs/interposed-functions.md, the manual page, the export list, the code and the built library list the same functions.</summary>
public class VirtualisedNamesTests
{
    [Fact]
    public void The_document_tells_what_is_exported() => Assert.Equal(VirtualisedNames.Exported(), VirtualisedNames.InDocument());

    [Fact]
    public void The_manual_page_tells_what_is_exported()
    {
        Assert.NotEmpty(VirtualisedNames.ListedInManual());
        Assert.Empty(VirtualisedNames.Exported().Except(VirtualisedNames.NamedInManual()));
        Assert.Empty(VirtualisedNames.ListedInManual().Except(VirtualisedNames.Exported()));
    }

    [Fact]
    public void The_code_exports_what_is_in_the_export_list() => Assert.Equal(VirtualisedNames.Exported(), VirtualisedNames.InCode());

    [Fact(Timeout = Limits.Test)]
    public async Task The_library_exports_what_is_in_the_export_list() =>
        Assert.Equal(VirtualisedNames.Exported(), await VirtualisedNames.InLibraryAsync());
}
