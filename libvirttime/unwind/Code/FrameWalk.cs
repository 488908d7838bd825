using Iced.Intel;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Code;

/// <summary>Follows all paths through a function of x86-64 and notes the frame before each instruction.</summary>
internal sealed class FrameWalk
{
    private readonly Function _function;
    private readonly CodeListing _code;
    private readonly JumpTable _jumpTable;
    private readonly StackEffect _effect;
    private readonly Dictionary<long, FrameState> _before = [];
    private readonly Stack<long> _pending = [];

    private FrameWalk(ObjectFile file, Function function)
    {
        _function = function;
        _code = new(file, function);
        _jumpTable = new(file, _code);
        _effect = new(function);
    }

    /// <summary>The function's rows. Each holds from its offset to the next one's.</summary>
    public static List<FrameRow> Rows(ObjectFile file, Function function)
    {
        FrameWalk walk = new(file, function);
        walk.Follow();
        return walk.Summarise();
    }

    private void Follow()
    {
        Reach(_function.Start, FrameState.AtEntry);
        while (_pending.TryPop(out long offset))
        {
            Instruction instruction = _code[offset];
            FrameState before = _before[offset];
            FrameState after = _effect.Apply(instruction, before);
            switch (instruction.FlowControl)
            {
                case FlowControl.Next or FlowControl.Call or FlowControl.IndirectCall:
                    Continue(instruction, after);
                    break;
                case FlowControl.ConditionalBranch:
                    Continue(instruction, after);
                    Jump(instruction, before);
                    break;
                case FlowControl.UnconditionalBranch:
                    Jump(instruction, before);
                    break;
                case FlowControl.IndirectBranch:
                    JumpIndirectly(instruction, before);
                    break;
                case FlowControl.Return:
                    Leave(instruction, before);
                    break;
                default:
                    if (!CodeListing.IsTrap(instruction))
                        throw _function.Error(offset, $"{instruction}: where it leads to is unknown");
                    break;
            }
        }
    }

    private void Continue(in Instruction instruction, FrameState after)
    {
        long next = (long)instruction.NextIP;

        // A call at the end of a function does not return.
        if (next < _function.End)
            Reach(next, after);
        else if (instruction.Mnemonic != Mnemonic.Call)
            throw _function.Error((long)instruction.IP, $"{instruction}: the function runs past its end");
    }

    private void Jump(in Instruction instruction, FrameState state)
    {
        long target = (long)instruction.NearBranchTarget;
        if (_code.Relocation(instruction) != null || _code.IsOtherFunction(target))
            Leave(instruction, state);
        else if (_code.Has(target))
            Reach(target, state);
        else
            throw _function.Error((long)instruction.IP, $"{instruction}: jumps into the middle of an instruction or of another function");
    }

    private void JumpIndirectly(in Instruction instruction, FrameState state)
    {
        List<long> targets = _jumpTable.Targets(instruction);
        foreach (long target in targets)
            Reach(target, state);
        if (targets.Count == 0)
            Leave(instruction, state);
    }

    private void Leave(in Instruction instruction, FrameState state)
    {
        const string Reason = "leaves the function with its frame still on the stack, or jumps through a table of unknown form";
        if (!state.CanBeLeft)
            throw _function.Error((long)instruction.IP, $"{instruction}: {Reason}");
    }

    private void Reach(long offset, FrameState state)
    {
        FrameState? joined = state;
        if (_before.TryGetValue(offset, out FrameState? known))
        {
            joined = known.Join(state) ?? throw _function.Error(offset, "paths with different frames meet here");
            if (joined.Equals(known))
                return;
        }

        _before[offset] = joined;
        _pending.Push(offset);
    }

    private List<FrameRow> Summarise()
    {
        List<FrameRow> rows = [FrameRow.AtEntry];
        foreach (Instruction instruction in _code.Instructions)
        {
            long offset = (long)instruction.IP;
            if (_before.TryGetValue(offset, out FrameState? state))
            {
                if (!rows[^1].HoldsFor(state))
                    rows.Add(rows[^1].FollowedBy((int)offset - _function.Start, state));
            }
            else if (instruction.Mnemonic != Mnemonic.Nop && !CodeListing.IsTrap(instruction))
            {
                throw _function.Error(offset, $"{instruction}: nothing leads here, so its frame is unknown");
            }
        }

        return rows;
    }
}
