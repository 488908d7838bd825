using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/install.sh</c>.</summary>
internal static class Installation
{
    public static Command Command(string prefix, string stage = "", params string[] arguments) =>
        Harness.Command.Of(Path.Combine(Paths.Root, "scripts", "install.sh"), arguments).With("PREFIX", prefix).With("DESTDIR", stage);
}
