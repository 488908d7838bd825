/* Which call owns a slot: SlotClaim.TryTake, IsOwner, GiveBack and the loop of InFlightCall.Enter, for one slot. Each step is atomic and in order,
 * because the code uses locked instructions or fences for it.
 *
 * Frames that may take the slot:
 *   MAIN      a wait of a thread
 *   HANDLER   a wait in a signal handler of that thread, which stands still meanwhile
 *   OTHER     a wait of another thread of the process, for which this slot is one of its choices
 *   STRANGER  a wait of a thread of another process, which has its own table
 * -DHANDLERS, -DOTHERS and -DSTRANGERS add these frames.
 * -DLEFT: at the beginning, a frame that longjmp abandoned owns the slot. -DLEFT_TWICE: in addition, the thread that takes the slot over abandons its
 * own frame.
 * -DPLAIN_STORE plants a defect: the table's entry is taken over without comparing it.
 *
 * -DRESERVED: the slot belongs to a choice that only the process takes that has locked it (ReservedChoice). The stranger's process starts at any
 * time. It gets the lock only when the first process is gone. That process may be killed at any instruction, and leaves its mark. The stranger then
 * takes the slot whatever its mark is. Without the lock it has no such choice.
 * -DMARK_LAST plants a defect: the mark is cleared last, like the mark of a shared choice. -DNO_LOCK plants another: the stranger does not ask for
 * the lock. */
#define NONE 0
#define MAIN 1
#define HANDLER 2
#define OTHER 3
#define STRANGER 4
#define ABANDONED 5
#define ENTRIES 6

byte mark;                 /* in the file: the frame (the library stores a clock) */
byte table[2];             /* of each process: the owner */
bool holds[ENTRIES], gone[ENTRIES];
bool inhandler, killed;

#define LEFT_BEHIND(frame) (frame == ABANDONED || gone[frame])

#ifdef RESERVED
#define IS_SHARED false
#else
#define IS_SHARED true
#endif

/* granted: whether the call may use the slot */
inline trytake(me, process) {
  granted = false;
  owner = table[process];
  if
  :: owner == NONE -> go = (!IS_SHARED || mark == NONE)
  :: owner != NONE -> go = LEFT_BEHIND(owner)
  fi;
  if
  :: go && owner == NONE && IS_SHARED ->
     atomic { if :: mark == NONE -> mark = me; granted = true :: else fi };
     if :: granted -> table[process] = me :: else fi
  :: go && !(owner == NONE && IS_SHARED) ->
#ifdef PLAIN_STORE
     table[process] = me; granted = true;
#else
     atomic { if :: table[process] == owner -> table[process] = me; granted = true :: else fi };
#endif
     if :: granted -> mark = me :: else fi
  :: else
  fi }

inline giveback(process) {
#if defined(RESERVED) && !defined(MARK_LAST)
  mark = NONE; table[process] = NONE
#else
  table[process] = NONE; mark = NONE
#endif
}

inline call(me, process) {
  do
  :: trytake(me, process);
     if
     :: !granted -> break                             /* tries another of its slots */
     :: else ->
        atomic { if :: table[process] == me -> holds[me] = true; go = true :: else -> go = false fi };
        if
        :: go -> break                                /* in flight */
        :: else -> tries++; if :: tries == 2 -> granted = false; break :: else fi
        fi
     fi
  od;
  if
  :: granted ->
     atomic { holds[me] = false; go = (table[process] == me) };
#ifdef LEFT_TWICE
     if :: me == MAIN -> go = false :: else fi;       /* abandoned by longjmp again */
#endif
     if :: go -> giveback(process) :: else fi
  :: else
  fi;
  atomic { gone[me] = true; granted = false; go = false; owner = NONE } }

proctype thread() provided (!inhandler || killed) { byte owner, tries; bool granted, go;
  { call(MAIN, 0) } unless { killed } }
proctype handler() { byte owner, tries; bool granted, go;
end:
  { atomic { !gone[MAIN] -> inhandler = true }; call(HANDLER, 0); inhandler = false } unless { killed } }
proctype other() { byte owner, tries; bool granted, go;
  { call(OTHER, 0) } unless { killed } }
proctype stranger() { byte owner, tries; bool granted, go;
end:
#if defined(RESERVED) && !defined(NO_LOCK)
  killed;
#endif
  call(STRANGER, 1) }

/* The kernel ends all threads of a process before it releases the process's locks. */
proctype killer() { atomic { killed = true; holds[MAIN] = false; holds[HANDLER] = false; holds[OTHER] = false } }

/* Only one frame owns the slot, and the mark is that of this frame's clock. */
#define WRONG_MARK(frame) (holds[frame] && mark != frame)
proctype monitor() {
end:
  atomic { (holds[MAIN] + holds[HANDLER] + holds[OTHER] + holds[STRANGER] > 1
    || WRONG_MARK(MAIN) || WRONG_MARK(HANDLER) || WRONG_MARK(OTHER) || WRONG_MARK(STRANGER)) -> assert(false) } }

init { atomic {
#if defined(LEFT) || defined(LEFT_TWICE)
  table[0] = ABANDONED; mark = ABANDONED;
#endif
  run thread();
#ifdef HANDLERS
  run handler();
#endif
#ifdef OTHERS
  run other();
#endif
#ifdef STRANGERS
  run stranger();
#endif
#ifdef RESERVED
  run killer();
#endif
  run monitor() } }
