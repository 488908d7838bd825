using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Structure;

/// <summary>Finds which source file of the launcher or the library refers to a type in which other source file.</summary>
internal static class SourceTree
{
    // The launcher's project adds these to every file.
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;";

    /// <summary>A reference from one file to a type that another file declares. Paths are relative to the repository.</summary>
    internal readonly record struct Reference(string From, string To, string Type);

    /// <summary>Returns the references between all source files below the given folders.</summary>
    /// <param name="hasStandardLibrary">False for the library, which has a core library of its own.</param>
    /// <param name="folders">For example <c>launcher</c>.</param>
    public static IReadOnlyList<Reference> References(bool hasStandardLibrary, params string[] folders)
    {
        string[] files = [.. folders.SelectMany(Files)];
        CSharpParseOptions options = new(LanguageVersion.Preview);
        List<SyntaxTree> trees =
            [.. files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Paths.Root, file)), options, file))];
        if (hasStandardLibrary)
            trees.Add(CSharpSyntaxTree.ParseText(ImplicitUsings, options));

        string[] assemblies = hasStandardLibrary ? ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':') : [];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "sources", trees, assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
        return [.. trees.SelectMany(tree => ReferencesOf(tree, compilation.GetSemanticModel(tree))).Distinct()];
    }

    /// <summary>Returns the source files below a folder, without files that a build made.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Paths.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Paths.Root, path))
            .Where(path => !path.Split('/').Any(part => part is "obj" or "bin" or "unwind") && !path.EndsWith(".arm64.cs", StringComparison.Ordinal));

    private static IEnumerable<Reference> ReferencesOf(SyntaxTree tree, SemanticModel model)
    {
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (name.Ancestors().Any(ancestor => ancestor is UsingDirectiveSyntax))
                continue;

            SymbolInfo info = model.GetSymbolInfo(name);
            ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            while (type?.ContainingType is INamedTypeSymbol outer)
                type = outer;

            string? declared = type?.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;
            if (!string.IsNullOrEmpty(declared) && declared != tree.FilePath)
                yield return new Reference(tree.FilePath, declared, type!.Name);
        }
    }
}
