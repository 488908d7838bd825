using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Waits;

/// <summary>A call's claim to a slot, on its caller's stack.</summary>
/// <remarks>
/// At a shared choice a call first sets the slot's mark in the config file, then enters its claim as the owner in this process's table
/// (<see cref="SlotPlace.Owner"/>; README.md, "How it works"). At a reserved choice, and when it takes over an abandoned slot, the owner comes first.
/// A slot that the claim does not own is neither written nor trusted. It may belong to a thread with the same id in another PID namespace, to an
/// interrupted call of this thread, or to a killed thread.
/// </remarks>
internal unsafe struct SlotClaim
{
    // The cookie shows whether a claim's frame still exists. The library is not told when a jump abandons a frame, but other data overwrites it
    // sooner or later.
    private const long CookiePattern = 0x5654_4954_4d45_5321;

    private nint _cookie;
    private SlotPlace _place;
    private int _thread;
    private int _choice;

    // Holds the host deadline of a call that keeps it on the stack.
    private timespec _stackDeadline;

    /// <summary>Where the host deadline is stored: the slot that was taken, or the caller's stack.</summary>
    public readonly timespec* Deadline => _place.Deadline;

    /// <summary>
    /// Whether <see cref="Take"/> took a slot and the deadline was not moved to the stack since. Tells nothing about who owns the slot now: see
    /// <see cref="IsOwner"/>.
    /// </summary>
    public readonly bool TookSlot => _place.Owner != null;

    /// <summary>Finds libc's note of the thread id and maps the calling thread's first slot, so that the first wait need not.</summary>
    public static void Prepare()
    {
        ThreadHint.Prepare();
        SlotChunks.TryFind(SlotMark.SlotOf(ThreadHint.Current(), 0), out _);
    }

    /// <summary>Takes a slot for a call on <paramref name="clock"/>. If none can be taken, the deadline stays on the caller's stack.</summary>
    /// <param name="claim">Uninitialised memory. It must not move until <see cref="Release"/>.</param>
    /// <param name="clock">A virtual clock.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(SlotClaim* claim, int clock)
    {
        claim->_thread = ThreadHint.Current();
        claim->_choice = 0;
        do
        {
            int slot = SlotMark.SlotOf(claim->_thread, claim->_choice);
            if (!SlotChunks.TryFind(slot, out claim->_place))
                break;
            if (!claim->TryTake(claim, SlotMark.Of(clock, claim->_choice)))
                continue;
            if (!SlotChunks.IsInFile(slot))
                SlotChunks.SetUnmovableFlag();
            return;
        }
        while (claim->GoOn());

        claim->_place.Owner = null;
        KeepOnStack(claim);
    }

    /// <summary>
    /// Gives the slot back, if the claim owns one, and keeps the deadline on the caller's stack. There it is right, but no writer can move it.
    /// </summary>
    public static void KeepOnStack(SlotClaim* claim)
    {
        if (IsOwner(claim))
            MakeIdle(claim->_place, claim->_choice);
        claim->_place.Owner = null;
        claim->_place.Deadline = &claim->_stackDeadline;
        SlotChunks.SetUnmovableFlag();
    }

    /// <summary>
    /// Whether the claim took a slot and is that slot's owner, in this process. A child that a signal handler forks during the call has a copy of the
    /// claim, which owns no slot.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOwner(SlotClaim* claim) =>
        claim->TookSlot && Volatile.Read(ref *claim->_place.Owner) == (nint)claim
        && (SlotChunks.AreOwnersWipedOnFork || claim->_thread == ThreadHint.Current());

    /// <summary>Gives the slot back. The slot must hold {0, 0} already.</summary>
    public static void Release(SlotClaim* claim)
    {
        GiveBack(claim->_place, claim->_choice);
        claim->_cookie = 0;
    }

    /// <summary>Gives back the slot of the call whose frame is being unwound: the innermost call of this thread.</summary>
    /// <remarks>
    /// Other data may have overwritten part of a claim that a jump abandoned. So the slot is found in the owner table, not through the claim.
    /// </remarks>
    /// <param name="stackPointer">An address in the unwinder's frame, deeper in the stack than the unwound frame. In a signal handler it may lie on
    /// another stack.</param>
    public static void ReleaseUnwound(nint stackPointer)
    {
        int thread = ThreadHint.Current();
        nint innermost = 0;
        SlotPlace place = default;
        int choiceOfPlace = 0;
        for (int choice = 0; choice < SlotMark.Choices; choice++)
        {
            nint claim = FindClaim(SlotMark.SlotOf(thread, choice), thread, out SlotPlace here);
            if (claim == 0 || (innermost != 0 && !IsDeeper(claim, innermost, stackPointer)))
                continue;
            innermost = claim;
            place = here;
            choiceOfPlace = choice;
        }

        if (innermost != 0)
            MakeIdle(place, choiceOfPlace);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeIdle(SlotPlace place, int choice)
    {
        *place.Deadline = default;
        Interlocked.MemoryBarrier();
        GiveBack(place, choice);
    }

    // At a shared choice, clear the owner first: another process may take the slot as soon as the mark is 0. At a reserved choice, clear the mark
    // first: another thread may take the slot as soon as the owner is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GiveBack(in SlotPlace place, int choice)
    {
        if (choice >= SlotMark.SharedChoices)
            Volatile.Write(ref *place.Mark, 0);
        Volatile.Write(ref *place.Owner, 0);
        if (choice < SlotMark.SharedChoices)
            Volatile.Write(ref *place.Mark, 0);
    }

    // Goes to the next choice: the shared ones in turn, then the one that is reserved for this process. False if all have been tried.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool GoOn()
    {
        _choice = ++_choice < SlotMark.SharedChoices ? _choice : _choice == SlotMark.SharedChoices ? SlotChunks.OwnChoice : ReservedChoice.None;
        return _choice != ReservedChoice.None;
    }

    // Stacks grow down, so a claim on the present stack lies above the stack pointer. A claim below it is on another stack, which was in use before. So a
    // claim above the stack pointer is deeper than one below. Of two claims on the same side, the one at the lower address is deeper.
    private static bool IsDeeper(nint claim, nint than, nint stackPointer) =>
        (claim > stackPointer) == (than > stackPointer) ? claim < than : claim > stackPointer;

    // The owner may be another thread of this process: the slots of several thread ids overlap.
    private static nint FindClaim(int slot, int thread, out SlotPlace place)
    {
        place = default;
        if (!SlotChunks.IsMapped(slot) || !SlotChunks.TryFind(slot, out place))
            return 0;
        SlotClaim* claim = (SlotClaim*)Volatile.Read(ref *place.Owner);
        return claim != null && IsIntact(claim, place.Owner) && claim->_thread == thread ? (nint)claim : 0;
    }

    // At a shared choice, the owner is stored after the mark and cleared before it, so a slot with an owner always has this process's mark. A frame
    // that is abandoned between the two stores leaves a mark without an owner: this process cannot take the slot any more, but no slot gets two
    // owners. At a reserved choice, a mark without an owner was left by a dead process, so the owner alone decides.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(SlotClaim* here, byte mark)
    {
        nint owner = Volatile.Read(ref *_place.Owner);
        bool takesMarkFirst = owner == 0 && _choice < SlotMark.SharedChoices;
        if (takesMarkFirst && Volatile.Read(ref *_place.Mark) != 0)
            return false;
        if (owner != 0 && !IsAbandoned((SlotClaim*)owner, here, _place.Owner))
            return false;
        _cookie = CookieOf(here, _place.Owner);
        if (takesMarkFirst)
        {
            if (Interlocked.CompareExchange(ref *_place.Mark, mark, 0) != 0)
                return false;
            Volatile.Write(ref *_place.Owner, (nint)here);
            return true;
        }

        // Another thread or a signal handler may have taken over the abandoned slot meanwhile, and may even have given it back.
        if (Interlocked.CompareExchange(ref *(long*)_place.Owner, (long)here, owner) != owner)
            return false;
        Volatile.Write(ref *_place.Mark, mark);
        return true;
    }

    /// <summary>
    /// Whether an owner's frame was abandoned without giving the slot back (<c>siglongjmp</c>, <c>setcontext</c>, a killed <c>vfork</c> child). That
    /// is the case if the frames of the present call cover the owner's address, or if the claim is no longer intact.
    /// </summary>
    private static bool IsAbandoned(SlotClaim* claim, SlotClaim* here, nint* ownerPlace)
    {
        byte bottom;
        bool isOurFrame = claim + 1 > &bottom && claim < here + 1;
        return isOurFrame || !IsIntact(claim, ownerPlace);
    }

    /// <summary>
    /// Whether the memory at an owner's address still holds a claim to that slot: it can be read, and no other data has overwritten its cookie.
    /// </summary>
    private static bool IsIntact(SlotClaim* claim, nint* ownerPlace) =>
        UserMemory.CanRead((timespec*)claim) && claim->_cookie == CookieOf(claim, ownerPlace);

    private static nint CookieOf(SlotClaim* claim, nint* ownerPlace) => (nint)(CookiePattern ^ (long)claim ^ (long)ownerPlace);
}
