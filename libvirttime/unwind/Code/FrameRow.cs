using Iced.Intel;
using Slots = System.Collections.Immutable.ImmutableSortedDictionary<Iced.Intel.Register, int>;

namespace VirtTime.Unwind.Code;

/// <summary>What the table says from an offset of the function on.</summary>
/// <param name="Offset">In bytes, from the function's start.</param>
/// <param name="Base">The register that the CFA is computed from.</param>
/// <param name="Distance">What is to be added to it.</param>
/// <param name="Saved">Where the caller's registers are, in bytes down from the CFA; the others still hold what they held.</param>
internal sealed record FrameRow(int Offset, Register Base, int Distance, Slots Saved)
{
    public static FrameRow AtEntry { get; } = new(0, Register.RSP, FrameState.WordSize, Slots.Empty);

    /// <summary>
    /// A register that has been restored may still be said to be saved, as long as its value is there as well: that keeps
    /// the table small.
    /// </summary>
    public bool HoldsFor(FrameState state) =>
        (Base == Register.RSP ? state.StackPointer : state.FramePointer) == Distance
        && Saved.All(entry => Has(state.Saved, entry) || Has(state.Restored, entry))
        && state.Saved.Keys.All(Saved.ContainsKey);

    /// <summary>A row that holds for a state for which this one does not.</summary>
    public FrameRow FollowedBy(int offset, FrameState state)
    {
        var saved = state.Saved.AddRange(Saved.Where(entry => Has(state.Restored, entry)));

        // By rbp where possible: it stays where it is while the epilogue's rsp moves up.
        return state.FramePointer is int frame
            ? new(offset, Register.RBP, frame, saved)
            : new(offset, Register.RSP, state.StackPointer!.Value, saved);
    }

    private static bool Has(Slots slots, KeyValuePair<Register, int> entry) =>
        slots.TryGetValue(entry.Key, out int slot) && slot == entry.Value;
}
