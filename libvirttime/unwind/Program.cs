using VirtTime.Unwind;
using VirtTime.Unwind.Elf;
using VirtTime.Unwind.Frames;

const int Failed = 1, WrongUsage = 2;

if (!Options.TryParse(args, out Options? options))
{
    Console.Error.WriteLine("usage: virttime-unwind [--personality FUNCTION=PERSONALITY]... OBJECT");
    return WrongUsage;
}

try
{
    ObjectFile file = ObjectFile.Read(options.Object);
    FrameTable.Rewrite(file, options.Personalities);
    file.Write(options.Object);
    return 0;
}
catch (Exception exception) when (exception is UnwindException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"virttime-unwind: {options.Object}: {exception.Message}");
    return Failed;
}
