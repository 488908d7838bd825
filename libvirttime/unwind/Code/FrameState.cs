using Iced.Intel;
using Slots = System.Collections.Immutable.ImmutableSortedDictionary<Iced.Intel.Register, int>;

namespace VirtTime.Unwind.Code;

/// <summary>
/// What is known of a function's frame before one of its instructions. Everything is a distance in bytes down from the
/// canonical frame address (CFA), which is the caller's stack pointer before its call: the return address lies at 8.
/// </summary>
/// <param name="StackPointer">Where <c>rsp</c> points, if that is known.</param>
/// <param name="FramePointer">Where <c>rbp</c> points, if it points into the frame.</param>
/// <param name="Saved">By register of the caller that no longer has the caller's value: where that is.</param>
/// <param name="Restored">By register that has it again: where it still is as well, in the red zone below <c>rsp</c>.</param>
internal sealed record FrameState(int? StackPointer, int? FramePointer, Slots Saved, Slots Restored)
{
    public const int WordSize = 8;

    // Bytes below rsp that signal handlers leave alone: System V ABI for AMD64, 3.2.2.
    private const int RedZone = 128;

    /// <summary>Where a function is entered, and where it is left by a return or a jump.</summary>
    public static FrameState AtEntry { get; } = new(WordSize, null, Slots.Empty, Slots.Empty);

    public bool CanBeLeft => StackPointer == WordSize && Saved.IsEmpty;

    /// <summary>Whether it is known how to find the caller.</summary>
    public bool IsKnown => StackPointer != null || FramePointer != null;

    /// <summary>What is known where two paths meet; null if they cannot be told the same of.</summary>
    public FrameState? Join(FrameState other)
    {
        FrameState both = new(
            StackPointer == other.StackPointer ? StackPointer : null,
            FramePointer == other.FramePointer ? FramePointer : null,
            Saved,
            Slots.Empty.AddRange(Restored.Intersect(other.Restored)));
        return both.IsKnown && Saved.SequenceEqual(other.Saved) ? both : null;
    }

    /// <summary>The same with <c>rsp</c> elsewhere. Throws what the caller words if that gives up what is still needed.</summary>
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
