using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Waits;

/// <summary>
/// The slot of a call in flight. It is taken by its mark in the file, and then noted in this process's memory; what is not ours is neither written
/// nor believed: not the slot of a thread with the same id in another PID namespace, not that of an interrupted call of our own thread, not
/// what a killed thread left behind. Lies on the caller's stack, which is who has it.
/// </summary>
internal unsafe struct SlotClaim
{
    // Nobody tells us of a frame that was left by a jump; but sooner or later something else lies there, and not this.
    private const long CookiePattern = 0x5654_4954_4d45_5321;

    private nint _cookie;
    private SlotPlace _place;
    private int _thread;
    private int _choice;

    // In place of a slot: a disk without space, or all taken.
    private timespec _own;

    /// <summary>Where the deadline is to be stored.</summary>
    public readonly timespec* Deadline => _place.Deadline;

    /// <summary>Whether there is a slot to give back.</summary>
    public readonly bool HasSlot => _place.Owner != null;

    /// <summary>Makes the calling thread's slot ready.</summary>
    public static void Prepare()
    {
        ThreadHint.Prepare();
        SlotChunks.TryFind(SlotMark.SlotOf(ThreadHint.Current(), 0), out _);
    }

    /// <summary>Takes a slot for a call on <paramref name="clock"/>.</summary>
    /// <param name="claim">Uninitialised memory, which stays where it is until <see cref="Release"/>.</param>
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
                SlotChunks.SayUnmovable();
            return;
        }
        while (claim->GoOn());

        claim->_place.Owner = null;
        UseOwn(claim);
    }

    /// <summary>Keeps the deadline on the stack, where it is right but cannot be moved.</summary>
    public static void UseOwn(SlotClaim* claim)
    {
        if (IsHeld(claim))
            MakeIdle(claim->_place, claim->_choice);
        claim->_place.Owner = null;
        claim->_place.Deadline = &claim->_own;
        SlotChunks.SayUnmovable();
    }

    /// <summary>
    /// Whether the slot is this call's: not so in a child that a signal handler has forked meanwhile, which has its parent's stack but not its
    /// slots.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHeld(SlotClaim* claim) =>
        claim->HasSlot && Volatile.Read(ref *claim->_place.Owner) == (nint)claim
        && (SlotChunks.AreOwnersWipedOnFork || claim->_thread == ThreadHint.Current());

    /// <summary>Gives the slot back. It holds {0, 0} already.</summary>
    public static void Release(SlotClaim* claim)
    {
        GiveBack(claim->_place, claim->_choice);
        claim->_cookie = 0;
    }

    /// <summary>Gives back what the innermost call of this thread holds, whose frame is being unwound.</summary>
    /// <remarks>
    /// What the stack holds of a call that was left by a jump may be written over in part. So where the slot is, the table says, not the claim.
    /// </remarks>
    /// <param name="stackPointer">Of the one who unwinds, deeper in the stack; a signal handler's may be another stack.</param>
    public static void Abandon(nint stackPointer)
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

    // What decides whose the slot is goes last where nobody else can take it in between, and first where that would be another process's slot.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GiveBack(in SlotPlace place, int choice)
    {
        if (choice >= SlotMark.SharedChoices)
            Volatile.Write(ref *place.Mark, 0);
        Volatile.Write(ref *place.Owner, 0);
        if (choice < SlotMark.SharedChoices)
            Volatile.Write(ref *place.Mark, 0);
    }

    // False when all choices have been tried.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool GoOn()
    {
        _choice = ++_choice < SlotMark.SharedChoices ? _choice : _choice == SlotMark.SharedChoices ? SlotChunks.OwnChoice : ReservedChoice.None;
        return _choice != ReservedChoice.None;
    }

    // What lies above the stack pointer comes first, from below.
    private static bool IsDeeper(nint claim, nint than, nint stackPointer) =>
        (claim > stackPointer) == (than > stackPointer) ? claim < than : claim > stackPointer;

    // Another thread's slot may be one that this thread could have taken.
    private static nint FindClaim(int slot, int thread, out SlotPlace place)
    {
        place = default;
        if (!SlotChunks.IsMapped(slot) || !SlotChunks.TryFind(slot, out place))
            return 0;
        SlotClaim* claim = (SlotClaim*)Volatile.Read(ref *place.Owner);
        return claim != null && IsAlive(claim, place.Owner) && claim->_thread == thread ? (nint)claim : 0;
    }

    // Of a shared choice, the owner is stored last and cleared first, so a slot with an owner always has this process's mark. A frame that is abandoned between
    // the two leaves a mark without an owner: the slot is lost to this process, and never taken for a stranger's or from one. Of this process's own choice,
    // whatever mark there is without an owner is a dead thread's, and the owner alone decides.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(SlotClaim* here, byte mark)
    {
        nint owner = Volatile.Read(ref *_place.Owner);
        bool isFree = owner == 0 && _choice < SlotMark.SharedChoices;
        if (isFree && Volatile.Read(ref *_place.Mark) != 0)
            return false;
        if (owner != 0 && !IsLeft((SlotClaim*)owner, here, _place.Owner))
            return false;
        _cookie = CookieOf(here, _place.Owner);
        if (isFree)
        {
            if (Interlocked.CompareExchange(ref *_place.Mark, mark, 0) != 0)
                return false;
            Volatile.Write(ref *_place.Owner, (nint)here);
            return true;
        }

        // Another thread, or a signal handler, may have taken the abandoned slot over meanwhile, and even given it back.
        if (Interlocked.CompareExchange(ref *(long*)_place.Owner, (long)here, owner) != owner)
            return false;
        Volatile.Write(ref *_place.Mark, mark);
        return true;
    }

    /// <summary>
    /// Whether the frame of a claim has been left without giving it back (<c>siglongjmp</c>, <c>setcontext</c>, a killed <c>vfork</c> child): if it
    /// lies where ours lies now, or something else lies there.
    /// </summary>
    private static bool IsLeft(SlotClaim* claim, SlotClaim* here, nint* owner)
    {
        byte bottom;
        bool isOurFrame = claim + 1 > &bottom && claim < here + 1;
        return isOurFrame || !IsAlive(claim, owner);
    }

    private static bool IsAlive(SlotClaim* claim, nint* owner) =>
        UserMemory.CanRead((timespec*)claim) && claim->_cookie == CookieOf(claim, owner);

    private static nint CookieOf(SlotClaim* claim, nint* owner) => (nint)(CookiePattern ^ (long)claim ^ (long)owner);
}
