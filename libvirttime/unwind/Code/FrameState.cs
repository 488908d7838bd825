using Iced.Intel;
using Slots = System.Collections.Immutable.ImmutableSortedDictionary<Iced.Intel.Register, int>;

namespace VirtTime.Unwind.Code;

/// <summary>The known state of a function's frame before one of its instructions.</summary>
/// <remarks>
/// Positions are distances in bytes down from the canonical frame address (CFA), the caller's stack pointer before its call. So the return address is
/// at 8.
/// </remarks>
/// <param name="StackPointer">Position that <c>rsp</c> points to; null if unknown.</param>
/// <param name="FramePointer">Position that <c>rbp</c> points to; null if it does not point into the frame.</param>
/// <param name="Saved">Caller's registers that have been changed, with the position of the saved value.</param>
/// <param name="Restored">Caller's registers that have been restored, with the position below <c>rsp</c> (in the red zone) that still holds the
/// value.</param>
internal sealed record FrameState(int? StackPointer, int? FramePointer, Slots Saved, Slots Restored)
{
    public const int WordSize = 8;

    // Bytes below rsp that signal handlers do not touch: System V ABI for AMD64, 3.2.2.
    private const int RedZone = 128;

    /// <summary>The state at a function's entry, and before a return or a jump to another function.</summary>
    public static FrameState AtEntry { get; } = new(WordSize, null, Slots.Empty, Slots.Empty);

    public bool CanBeLeft => StackPointer == WordSize && Saved.IsEmpty;

    /// <summary>Whether the caller's frame can be found.</summary>
    public bool IsKnown => StackPointer != null || FramePointer != null;

    /// <summary>The common state of two paths that meet; null if they contradict each other.</summary>
    public FrameState? Join(FrameState other)
    {
        FrameState both = new(
            StackPointer == other.StackPointer ? StackPointer : null,
            FramePointer == other.FramePointer ? FramePointer : null,
            Saved,
            Slots.Empty.AddRange(Restored.Intersect(other.Restored)));
        return both.IsKnown && Saved.SequenceEqual(other.Saved) ? both : null;
    }

    /// <summary>
    /// This state with <c>rsp</c> at another position. Throws if that drops a value that is still needed; the caller words the error.
    /// </summary>
    public FrameState WithStackPointer(int distance, Func<string, UnwindException> error)
    {
        if (distance < WordSize)
            throw error("takes the return address off the stack");
        foreach ((Register register, int slot) in Saved)
        {
            if (slot > distance)
                throw error($"takes the saved {register} off the stack without restoring it");
        }

        IEnumerable<Register> outOfReach = Restored.Keys.Where(register => Restored[register] > distance + RedZone);
        return this with { StackPointer = distance, Restored = Restored.RemoveRange(outOfReach) };
    }

    public bool Equals(FrameState? other) =>
        other != null && StackPointer == other.StackPointer && FramePointer == other.FramePointer
        && Saved.SequenceEqual(other.Saved) && Restored.SequenceEqual(other.Restored);

    public override int GetHashCode() => HashCode.Combine(StackPointer, FramePointer, Saved.Count, Restored.Count);
}
