using Iced.Intel;
using Slots = System.Collections.Immutable.ImmutableSortedDictionary<Iced.Intel.Register, int>;

namespace VirtTime.Unwind.Code;

/// <summary>A row of the table: the frame from an offset of the function on.</summary>
/// <param name="Offset">In bytes, from the function's start.</param>
/// <param name="Base">The register that the CFA is computed from.</param>
/// <param name="Distance">The number to add to it.</param>
/// <param name="Saved">Positions of the caller's registers, in bytes down from the CFA. The other registers still hold the caller's values.</param>
internal sealed record FrameRow(int Offset, Register Base, int Distance, Slots Saved)
{
    public static FrameRow AtEntry { get; } = new(0, Register.RSP, FrameState.WordSize, Slots.Empty);

    /// <summary>
    /// Whether the row is correct for a state. A restored register may still be listed as saved while the stack also holds its value; that keeps the
    /// table small.
    /// </summary>
    public bool HoldsFor(FrameState state) =>
        (Base == Register.RSP ? state.StackPointer : state.FramePointer) == Distance
        && Saved.All(entry => Has(state.Saved, entry) || Has(state.Restored, entry))
        && state.Saved.Keys.All(Saved.ContainsKey);

    /// <summary>A row that is correct for a state for which this one is not.</summary>
    public FrameRow FollowedBy(int offset, FrameState state)
    {
        var saved = state.Saved.AddRange(Saved.Where(entry => Has(state.Restored, entry)));

        // rbp is preferred as base: it does not change while the epilogue moves rsp.
        return state.FramePointer is int frame
            ? new(offset, Register.RBP, frame, saved)
            : new(offset, Register.RSP, state.StackPointer!.Value, saved);
    }

    private static bool Has(Slots slots, KeyValuePair<Register, int> entry) =>
        slots.TryGetValue(entry.Key, out int slot) && slot == entry.Value;
}
