using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using VirtTime.Format;

namespace VirtTime.Tests.Config;

/// <summary>Possible content of a file that is given as a config file.</summary>
/// <param name="Size">Size of the file in bytes.</param>
/// <param name="Head">The first bytes of the file, at least 16.</param>
/// <param name="Block">The bytes at the position of the extension block.</param>
internal sealed record ConfigContent(long Size, byte[] Head, byte[] Block)
{
    /// <summary>What the deciding function says about this content.</summary>
    public unsafe ConfigDefect Defect
    {
        get
        {
            fixed (byte* head = Head)
            fixed (byte* block = Block)
                return ConfigFormat.Check(Size, (timespec*)head, (ConfigExtension*)block);
        }
    }

    /// <summary>Writes the content in the form that <c>tests/programs/config/judge_configs.c</c> reads.</summary>
    public void WriteTo(Stream stream)
    {
        long[] numbers = [Size, 2, ConfigLayout.OffsetPosition, Head.Length];
        foreach (long value in numbers)
            Write(value);
        stream.Write(Head);
        Write(ConfigLayout.ExtensionPosition);
        Write(Block.Length);
        stream.Write(Block);

        void Write(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    public override string ToString() => $"{Size} bytes, {Convert.ToHexString(Head, 0, 16)}, {Convert.ToHexString(Block, 0, 64)}: {Defect}";
}

/// <summary>Random contents, with all the features that distinguish a config file from other files. Each run makes the same ones.</summary>
internal sealed class ConfigContents
{
    private const long Far = 1L << 61;

    private static readonly long[] s_sizes =
    [
        0, 1, 15, 16, 17, 100, 4095, 4096, 4097, 16640, 1_000_000, ConfigLayout.CLayoutEnd - 1, ConfigLayout.CLayoutEnd, ConfigLayout.CFileSize,
        ConfigLayout.CFileSize + 1, ConfigLayout.ExtensionPosition, ConfigLayout.ExtensionPosition + 4095, ConfigLayout.SlotClocksPosition,
        ConfigLayout.FileSize - 1, ConfigLayout.FileSize, ConfigLayout.FileSize, ConfigLayout.FileSize, ConfigLayout.FileSize + 1,
    ];

    private static readonly long[] s_seconds =
        [0, 1, -1, 0x2123, 0x2f_2123, -1 << 16 | 0x2123, Far, Far + 1, -Far, -Far - 1, long.MaxValue, long.MinValue, 86_400, 1_700_000_000];

    private static readonly long[] s_nanoseconds = [0, 0, 0, 0, 1, 999_999_999, 1_000_000_000, -1, long.MinValue, long.MaxValue];

    // The version is 0 while a launcher fills in the block.
    private static readonly int[] s_versions = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, int.MaxValue, -1];

    private readonly Random _random = new(20240917);

    public ConfigContent Next()
    {
        long size = Choose(s_sizes);
        byte[] block = NextBlock();
        if (_random.Next(8) == 0)
            block[_random.Next(block.Length)] ^= (byte)(1 << _random.Next(8));

        // The sequence is even: if it were odd, the launcher would wait for the writer.
        block[(int)Marshal.OffsetOf<ConfigExtension>(nameof(ConfigExtension.sequence))] &= 0xfe;
        return new ConfigContent(size, NextHead(), block);
    }

    private byte[] NextHead()
    {
        byte[] head = new byte[64];
        switch (_random.Next(8))
        {
            case 0:
                byte[] elf = [0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)_random.Next(4), (byte)_random.Next(4), 1];
                elf.CopyTo(head, 0);
                break;
            case 1:
                Encoding.ASCII.GetBytes(Choose(["#!/bin/sh\n\n", "#! /usr/bin/env x", "#!x", "text, and more of it", "#!/bin/s\0\0\0\0"])).CopyTo(head, 0);
                break;
            case 2:
                _random.NextBytes(head);
                break;
            default:
                WriteTime(head, 0);
                break;
        }

        return head;
    }

    private byte[] NextBlock()
    {
        byte[] block = new byte[ConfigLayout.ExtensionSize];
        switch (_random.Next(6))
        {
            case 0:
                break;
            case 1:
                _random.NextBytes(block);
                break;
            case 2:
                block[_random.Next(block.Length)] = (byte)_random.Next(1, 256);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(block, ConfigExtension.MagicValue);
                BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(8), Choose(s_versions));
                BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(12), _random.Next(16) | (_random.Next(16) == 0 ? 1 << _random.Next(32) : 0));
                WriteTime(block, 16);
                WriteTime(block, 32);
                break;
        }

        return block;
    }

    private void WriteTime(byte[] bytes, int position)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(position), Choose(s_seconds));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(position + 8), Choose(s_nanoseconds));
    }

    private T Choose<T>(T[] values) => values[_random.Next(values.Length)];
}
