using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Inspecting a program or script with random contents never fails.</summary>
public class InspectionFuzzTests
{
    private const int Seed = 20261126;
    private const int PartOfProgram = 4096;

    private static readonly int s_count = Needs.IsFullRun ? 2000 : 200;

    // Status 0: the program can be shifted, or this is unknown. 125: it would escape or cannot be run; --check does not distinguish the two.
    private const string CheckAll =
        """
        for file in "$1"/*; do
            out=$("$0" --check -- "$file" 2>&1)
            status=$?
            case $status:$out in
                *'internal error'*) ;;
                0:* | 125:*) continue ;;
            esac
            echo "$file: $status: $out"
        done
        """;

    [Fact(Timeout = 3 * Limits.Test)]
    public async Task Mutated_programs()
    {
        byte[] program = (await File.ReadAllBytesAsync(Paths.Library, TestContext.Current.CancellationToken))[..PartOfProgram];
        byte[] other = new byte[PartOfProgram];
        await using (FileStream file = File.OpenRead(Needs.Tool("env")))
            await file.ReadExactlyAsync(other, TestContext.Current.CancellationToken);
        Random random = new(Seed);
        await CheckAsync(s_count, number => Mutated(random, number % 4 == 0 ? program : other));
    }

    [Fact(Timeout = 3 * Limits.Test)]
    public async Task Mutated_scripts()
    {
        string[] pieces =
        [
            "#!", "/usr/bin/env", " ", "\t", "\n", "\r", "\0", "-S", "-i", "-u", "-C", "--", "-", "--split-string=", "--unset", "=", "A=", "LD_PRELOAD=",
            "${A}", "${", "\\", "\\c", "\"", "'", "#", "sh", "/bin/sh", "env", "/", "ÿ", "--ignore", "-vS", "VIRT_TIME_CONF=", "\x7f" + "ELF", "-0", new('x', 260),
        ];
        Random random = new(Seed);
        await CheckAsync(s_count, number => System.Text.Encoding.Latin1.GetBytes(
            (number % 2 == 0 ? "#!/usr/bin/env -S " : "#!") + string.Concat(random.GetItems(pieces, random.Next(1, 12)))));
    }

    // Mostly changes the two headers, and mostly to values at the ends of a range.
    private static byte[] Mutated(Random random, byte[] program)
    {
        byte[] bytes = [.. program[..random.Next(random.Next(4) == 0 ? 4 : 1024, PartOfProgram)]];
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            int position = random.Next(random.Next(4) == 0 ? bytes.Length : Math.Min(bytes.Length, 64 + (12 * 56)));
            int size = Math.Min(1 << random.Next(4), bytes.Length - position);
            byte value = (byte)random.GetItems([0, 0x7F, 0x80, 0xFF, random.Next(256)], 1)[0];
            bytes.AsSpan(position, size).Fill(value);
            if (random.Next(3) == 0)
                bytes[position + size - 1] = 0x80;
        }

        return bytes;
    }

    private static async Task CheckAsync(int count, Func<int, byte[]> make)
    {
        using TemporaryDirectory directory = new();
        for (int i = 0; i < count; i++)
        {
            string path = directory.File($"{i}");
            await File.WriteAllBytesAsync(path, make(i), TestContext.Current.CancellationToken);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Command check = Command.Of("sh", "-c", CheckAll, Paths.Launcher, directory.Path) with { Limit = TimeSpan.FromMilliseconds(2 * Limits.Test) };
        Assert.Equal("", (await check.RunAsync()).Succeeded().Output);
    }
}
