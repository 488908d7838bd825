using VirtTime.Base;

namespace VirtTime.Commands.Criu;

/// <summary>Copies the data of a file, and keeps its holes.</summary>
internal static unsafe class SparseCopy
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Copies a part of a file.</summary>
    /// <param name="source">A descriptor that is open for reading.</param>
    /// <param name="from">The position in the source at which the part begins.</param>
    /// <param name="destination">A descriptor of a file that is all zero from <paramref name="to"/> on.</param>
    /// <param name="to">The position of the part in the destination.</param>
    /// <param name="size">The size of the part in bytes, with its holes.</param>
    /// <returns>0, or an error number; EIO if the source ends too early.</returns>
    public static int TryCopy(int source, long from, int destination, long to, long size)
    {
        byte[] chunk = new byte[ChunkSize];
        foreach ((long start, long end) in Data(source, from, from + size))
        {
            for (long position = start; position < end; position += chunk.Length)
            {
                int length = (int)Math.Min(chunk.Length, end - position);
                fixed (byte* bytes = chunk)
                {
                    nint read = SystemCalls.pread(source, bytes, length, position);
                    if (read != length)
                        return read < 0 ? ErrorNumber.Last : ErrorNumber.EIO;
                    nint written = SystemCalls.pwrite(destination, bytes, length, to + position - from);
                    if (written != length)
                        return written < 0 ? ErrorNumber.Last : ErrorNumber.ENOSPC;
                }
            }
        }

        return 0;
    }

    /// <summary>Makes a file all zero without changing its size.</summary>
    /// <returns>0, or an error number.</returns>
    public static int TryClear(int file, long size)
    {
        byte[] zeros = new byte[ChunkSize];
        foreach ((long start, long end) in Data(file, 0, size).ToArray())
        {
            if (SystemCalls.fallocate(file, SystemCalls.FALLOC_FL_PUNCH_HOLE | SystemCalls.FALLOC_FL_KEEP_SIZE, start, end - start) == 0)
                continue;
            for (long position = start; position < end; position += zeros.Length)
            {
                int length = (int)Math.Min(zeros.Length, end - position);
                fixed (byte* bytes = zeros)
                {
                    if (SystemCalls.pwrite(file, bytes, length, position) != length)
                        return ErrorNumber.Last;
                }
            }
        }

        return 0;
    }

    private static IEnumerable<(long Start, long End)> Data(int file, long from, long end)
    {
        for (long position = from; position < end;)
        {
            long data = SystemCalls.lseek(file, position, SystemCalls.SEEK_DATA);
            if (data < 0 && ErrorNumber.Last == ErrorNumber.ENXIO)
                yield break;

            // If the filesystem cannot tell holes from data, the whole range counts as data.
            long start = data < 0 ? position : data;
            long hole = data < 0 ? end : SystemCalls.lseek(file, data, SystemCalls.SEEK_HOLE);
            position = Math.Min(hole < 0 ? end : hole, end);
            if (start < position)
                yield return (start, position);
        }
    }
}
