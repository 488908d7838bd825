using VirtTime.Base;
using VirtTime.Target;
using static VirtTime.Placement.RawCalls;

namespace VirtTime.Placement;

/// <summary>The tracer's steps after the exec: map the library into the target, and let the target begin in it.</summary>
/// <remarks>The rules of <see cref="Tracer"/> apply. README.md describes the steps.</remarks>
internal unsafe struct PlacementSteps
{
    private const int WordSize = sizeof(long);

    private PlacementOrder* _order;
    private StoppedTarget _target;

    // From the initial stack of the target.
    private long _vector;
    private long _configPath;
    private long _entry;

    /// <summary>Returns when the target runs on virtual clocks, or has ended, or is still traced: then the end of the tracer kills it.</summary>
    public static void Run(PlacementOrder* order)
    {
        PlacementSteps steps = default;
        steps._order = order;
        if (!StoppedTarget.TryBegin(order->Target, &steps._target))
            return;

        if (!steps.TryReadStack())
        {
            steps.Refuse(order->OtherProgram, 0);
            return;
        }

        long library = steps.Map();
        if (library < 0)
            steps.Refuse(order->CannotMap, -library);
        else
            steps._target.StartAt(library + order->Image.Entry, steps._vector, steps._configPath, order, steps._entry);
    }

    // The stack holds the number of arguments, the arguments, 0, the environment, 0, the auxiliary vector, each a word. The launcher knows the
    // environment; an interpreter of a script has more arguments than the launcher passed.
    private bool TryReadStack()
    {
        long stack = _target.StackPointer;
        if (!_target.TryPeek(stack, out long arguments))
            return false;
        long variables = stack + ((arguments + 2) * WordSize);
        _vector = variables + ((_order->VariableCount + 1) * WordSize);
        if (!_target.TryPeek(_vector - WordSize, out long end) || end != 0)
            return false;
        if (!_target.TryPeek(variables + (_order->ConfigVariable * WordSize), out long variable) || variable == 0)
            return false;
        _configPath = variable + _order->ConfigPathPosition;
        return TryReadVector();
    }

    // A static program begins at its own entry. Another program begins in its loader.
    private bool TryReadVector()
    {
        const int MostEntries = 64;
        const long AT_ENTRY = 9, AT_SYSINFO_EHDR = 33;
        long vdso = 0;
        for (int i = 0; i < MostEntries && (vdso == 0 || _entry == 0); i++)
        {
            long entry = _vector + (2 * i * WordSize);
            if (!_target.TryPeek(entry, out long type) || !_target.TryPeek(entry + WordSize, out long value))
                return false;
            if (type == 0)
                break;
            if (type == AT_ENTRY)
                _entry = value;
            else if (type == AT_SYSINFO_EHDR)
                vdso = value;
        }

        _target.SystemCallInstruction = vdso == 0 ? 0 : vdso + _order->SystemCallPosition;
        return vdso != 0 && _entry == _target.ProgramCounter;
    }

    // The data is private memory, into which the target reads the part that the file contains. So the rest is zero without a further step. Nothing in
    // the library has to be relocated for a placed start.
    private long Map()
    {
        const int ReadExecute = SystemCalls.PROT_READ | SystemCalls.PROT_EXEC;
        const int ReadWrite = SystemCalls.PROT_READ | SystemCalls.PROT_WRITE;
        const int Private = SystemCalls.MAP_PRIVATE | SystemCalls.MAP_FIXED | SystemCalls.MAP_ANONYMOUS;
        LibraryImage image = _order->Image;
        long library = _target.Call(Numbers.mmap, 0, image.Length, ReadExecute, SystemCalls.MAP_PRIVATE, _order->Library, 0);
        if (library < 0)
            return library;
        long data = _target.Call(Numbers.mmap, library + image.DataPage, image.Length - image.DataPage, ReadWrite, Private, -1, 0);
        if (data < 0)
            return data;
        long read = _target.Call(Numbers.pread64, _order->Library, library + image.Data, image.DataSize, image.DataPosition, 0, 0);
        if (read != image.DataSize)
            return read < 0 ? read : -ErrorNumber.EIO;
        long closed = _target.Call(Numbers.close, _order->Library, 0, 0, 0, 0, 0);
        return closed < 0 ? closed : library;
    }

    /// <summary>
    /// Writes the message and ends the target with the launcher's status for its own errors. Silent if a signal has killed the target.
    /// </summary>
    private void Refuse(PlacementOrder.Message message, long error)
    {
        const int StandardError = 2;
        if (!_target.IsStopped)
            return;
        byte* end = message.Bytes + message.Length;
        if (error != 0)
            end = AppendError(end, error);
        *end++ = (byte)'\n';
        Call(Numbers.write, StandardError, (nint)message.Bytes, (nint)(end - message.Bytes));
        _target.End(ExitStatus.LauncherFailed);
    }

    // " (errno N)"
    private static byte* AppendError(byte* to, long error)
    {
        fixed (byte* text = " (errno "u8)
        {
            for (byte* from = text; *from != 0; from++)
                *to++ = *from;
        }

        long power = 1;
        while (power * 10 <= error)
            power *= 10;
        for (; power > 0; power /= 10)
            *to++ = (byte)('0' + ((error / power) % 10));
        *to++ = (byte)')';
        return to;
    }
}
