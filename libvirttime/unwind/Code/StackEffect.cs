using System.Collections.Immutable;
using Iced.Intel;

namespace VirtTime.Unwind.Code;

/// <summary>Computes how one instruction of x86-64 changes the frame. Throws <see cref="UnwindException"/> if that is unknown.</summary>
internal sealed class StackEffect(Function function)
{
    // System V ABI for AMD64, figure 3.4: besides rsp, these registers belong to the caller.
    private static readonly ImmutableArray<Register> s_calleeSaved =
        [Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15];

    private readonly InstructionInfoFactory _info = new();

    public FrameState Apply(in Instruction instruction, FrameState before)
    {
        Instruction current = instruction;
        UnwindException Error(string reason) => function.Error((long)current.IP, $"{current}: {reason}");

        FrameState after = instruction.Mnemonic switch
        {
            Mnemonic.Call => before with { Restored = before.Restored.Clear() },
            Mnemonic.Ret => before,
            Mnemonic.Push => Push(instruction, before, Error),
            Mnemonic.Pop when instruction.Op0Kind == OpKind.Register => Pop(instruction.Op0Register, before, Error),
            Mnemonic.Leave => Pop(Register.RBP, Move(Register.RSP, Register.RBP, 0, before, Error), Error),
            Mnemonic.Add when IsAdjustment(instruction) =>
                Move(Register.RSP, Register.RSP, (long)instruction.GetImmediate(1), before, Error),
            Mnemonic.Sub when IsAdjustment(instruction) =>
                Move(Register.RSP, Register.RSP, -(long)instruction.GetImmediate(1), before, Error),
            Mnemonic.Mov when instruction.Op1Kind == OpKind.Register && IsMove(instruction, instruction.Op1Register) =>
                Move(instruction.Op0Register, instruction.Op1Register, 0, before, Error),
            Mnemonic.Lea when instruction.MemoryIndex == Register.None && IsMove(instruction, instruction.MemoryBase) =>
                Move(instruction.Op0Register, instruction.MemoryBase, (long)instruction.MemoryDisplacement64, before, Error),
            _ => Other(instruction, before, Error),
        };
        return after.IsKnown ? after : throw Error("the stack pointer is unknown from here on");
    }

    private static bool IsAdjustment(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP && IsImmediate(instruction.Op1Kind);

    private static bool IsMove(in Instruction instruction, Register source) =>
        instruction.Op0Kind == OpKind.Register && IsPointer(instruction.Op0Register) && IsPointer(source);

    private static bool IsPointer(Register register) => register is Register.RSP or Register.RBP;

    private static FrameState Push(in Instruction instruction, FrameState before, Func<string, UnwindException> error)
    {
        FrameState after = before with { Restored = before.Restored.Clear() };
        if (before.StackPointer == null)
            return after;
        after = after.WithStackPointer(before.StackPointer.Value - instruction.StackPointerIncrement, error);
        Register pushed = instruction.Op0Kind == OpKind.Register ? instruction.Op0Register : Register.None;
        return s_calleeSaved.Contains(pushed) && !before.Saved.ContainsKey(pushed)
            ? after with { Saved = before.Saved.Add(pushed, after.StackPointer!.Value) }
            : after;
    }

    private static FrameState Pop(Register register, FrameState before, Func<string, UnwindException> error)
    {
        FrameState after = before;
        if (before.StackPointer is int slot && before.Saved.TryGetValue(register, out int saved) && saved == slot)
        {
            after = before with { Saved = before.Saved.Remove(register), Restored = before.Restored.SetItem(register, slot) };
            after = register == Register.RBP ? after with { FramePointer = null } : after;
        }
        else
        {
            after = Overwrite(register.GetFullRegister(), before, error);
        }

        return after.StackPointer is int distance ? after.WithStackPointer(distance - FrameState.WordSize, error) : after;
    }

    // Handles an instruction that sets rsp or rbp to rsp or rbp plus a number.
    private static FrameState Move(Register target, Register source, long added, FrameState before, Func<string, UnwindException> error)
    {
        int? from = source == Register.RSP ? before.StackPointer : before.FramePointer;
        if (from == null)
            return Overwrite(target, before, error);
        int distance = checked((int)(from.Value - added));
        return target == Register.RSP
            ? before.WithStackPointer(distance, error)
            : Overwrite(target, before, error) with { FramePointer = distance };
    }

    private FrameState Other(in Instruction instruction, FrameState before, Func<string, UnwindException> error)
    {
        FrameState after = before;
        ref readonly InstructionInfo info = ref _info.GetInfo(instruction);
        foreach (UsedMemory memory in info.GetUsedMemory())
        {
            if (!IsWritten(memory.Access))
                continue;
            after = after with { Restored = after.Restored.Clear() };
            if (!IsBarrier(instruction))
                CheckStore(memory, before, error);
        }

        foreach (UsedRegister register in info.GetUsedRegisters())
        {
            if (IsWritten(register.Access))
                after = Overwrite(register.Register.GetFullRegister(), after, error);
        }

        return after;
    }

    private static FrameState Overwrite(Register register, FrameState before, Func<string, UnwindException> error)
    {
        if (register == Register.RSP)
            return before with { StackPointer = null };
        if (!s_calleeSaved.Contains(register))
            return before;
        if (!before.Saved.ContainsKey(register))
            throw error($"changes {register}, which is the caller's and has not been saved");
        return register == Register.RBP ? before with { FramePointer = null } : before;
    }

    private static void CheckStore(UsedMemory memory, FrameState before, Func<string, UnwindException> error)
    {
        int? start = memory.Base == Register.RSP ? before.StackPointer : memory.Base == Register.RBP ? before.FramePointer : null;
        if (start == null || memory.Index != Register.None)
            return;
        long low = start.Value - (long)memory.Displacement;
        long size = memory.MemorySize.GetSize();
        foreach (int slot in before.Saved.Values.Append(FrameState.WordSize))
        {
            if (low > slot - FrameState.WordSize && low - size < slot)
                throw error("overwrites what is saved of the caller");
        }
    }

    // `lock or [rsp], 0` is a memory barrier, and does not change the stack.
    private static bool IsBarrier(in Instruction instruction) =>
        instruction.Mnemonic == Mnemonic.Or && IsImmediate(instruction.Op1Kind) && instruction.GetImmediate(1) == 0;

    private static bool IsImmediate(OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;

    private static bool IsWritten(OpAccess access) =>
        access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite;
}
