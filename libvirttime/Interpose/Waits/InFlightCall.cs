using System.Threading;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Interpose.Waits;

/// <summary>A call in flight: a blocking call with an absolute deadline, on its caller's stack.</summary>
/// <remarks>
/// From <see cref="Enter"/> to <see cref="Leave"/> a slot holds the host deadline. The real function gets a pointer to the slot, and libc passes that
/// pointer to the kernel. The kernel reads the slot when the system call starts, and again when the call is restarted after a checkpoint or a freeze.
/// </remarks>
internal unsafe struct InFlightCall
{
    private SlotClaim _claim;
    private int _clock;

    /// <summary>Converts the deadline, publishes it in a slot and returns its address for the real function.</summary>
    /// <param name="call">Uninitialised memory. It must not move until <see cref="Leave"/>.</param>
    /// <param name="clock">A virtual clock.</param>
    /// <param name="deadline">A valid virtual deadline on that clock.</param>
    /// <returns>The address of the host deadline: the slot, or memory in <paramref name="call"/> if no slot could be taken.</returns>
    public static timespec* Enter(InFlightCall* call, int clock, timespec deadline)
    {
        call->_clock = clock;
        do
        {
            SlotClaim.Take(&call->_claim, clock);
            call->PublishConverted(deadline);
        }
        while (call->_claim.TookSlot && !SlotClaim.IsOwner(&call->_claim));
        return call->_claim.Deadline;
    }

    /// <summary>Makes the slot idle and gives it back, if this call still owns it.</summary>
    /// <remarks>
    /// A writer may store a moved deadline between the two halves of this store of {0, 0}, or after them. So the call looks for a writer's change
    /// afterwards, and stores {0, 0} again if there was one. Only then does it clear the mark, since another call may take the slot from that moment
    /// on.
    /// </remarks>
    public static void Leave(InFlightCall* call)
    {
        if (!SlotClaim.IsOwner(&call->_claim))
            return;
        OffsetSnapshot now;
        do
        {
            OffsetSnapshot.Take(&now, call->_clock);
            call->Publish(default);
        }
        while (!OffsetSnapshot.IsCurrent(&now));
        SlotClaim.Release(&call->_claim);
    }

    /// <summary>
    /// Whether the clock, as it is set now, has not reached the deadline yet. False if the deadline is in no slot, since then no writer can have
    /// moved it.
    /// </summary>
    public static bool IsEarly(InFlightCall* call)
    {
        timespec host, deadline;
        OffsetSnapshot now;
        do
        {
            OffsetSnapshot.Take(&now, call->_clock);
            if (!SlotClaim.IsOwner(&call->_claim) || VirtualClock.ReadHost(call->_clock, &host) != 0)
                return false;
            deadline.tv_sec = Volatile.Read(ref call->_claim.Deadline->tv_sec);
            deadline.tv_nsec = Volatile.Read(ref call->_claim.Deadline->tv_nsec);
        }
        while (!OffsetSnapshot.IsCurrent(&now));
        return host.tv_sec != deadline.tv_sec ? host.tv_sec < deadline.tv_sec : host.tv_nsec < deadline.tv_nsec;
    }

    private void PublishConverted(timespec deadline)
    {
        OffsetSnapshot snapshot;
        do
        {
            OffsetSnapshot.Take(&snapshot, _clock);

            // The sequence stayed odd, so its writer is stopped or dead. A stopped writer that continues would move a deadline again that was
            // converted with its new offset. So this deadline is kept out of the slots.
            if (snapshot.IsAbandoned)
            {
                fixed (SlotClaim* claim = &_claim)
                    SlotClaim.KeepOnStack(claim);
            }

            Publish(OffsetSnapshot.ToHostDeadline(&snapshot, _clock, deadline));
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));
    }

    // The barrier makes the deadline visible before this thread loads the offset again. Either this thread then sees a writer's change, or the
    // writer, which stores the offset before it loads the slots, sees this deadline and moves it.
    private readonly void Publish(timespec deadline)
    {
        Volatile.Write(ref _claim.Deadline->tv_sec, deadline.tv_sec);
        Volatile.Write(ref _claim.Deadline->tv_nsec, deadline.tv_nsec);
        Interlocked.MemoryBarrier();
    }
}
