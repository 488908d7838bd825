/* Memory, as processors show it to each other. A store waits in its processor's buffer before it reaches memory. A load first looks into its own
 * processor's buffer. README.md explains the three orders:
 *   (none)   x86-64: stores leave the buffer in their order
 *   ARM64    a plain store may overtake others; a releasing store (stlr) leaves after all earlier stores
 *   PSO      each store may overtake others, which is weaker than either processor
 * Loads happen in their order. For plain loads that arm64 may reorder, protocol.pml makes them in any order (anyorder). */
#ifndef ROOM
#define ROOM 3
#endif
typedef storebuffer { byte many; byte where[ROOM]; byte what[ROOM]; bit released[ROOM] };
byte mem[WORDS];
storebuffer buffer[PROCESSORS];
byte i;     /* temporary, 0 between steps */

#define EMPTY(p) (buffer[p].many == 0)

inline leave(p, at) {
  mem[buffer[p].where[at]] = buffer[p].what[at];
  i = at;
  do
  :: i + 1 < buffer[p].many ->
     buffer[p].where[i] = buffer[p].where[i + 1];
     buffer[p].what[i] = buffer[p].what[i + 1];
     buffer[p].released[i] = buffer[p].released[i + 1];
     i++
  :: else -> break
  od;
  buffer[p].many--;
  buffer[p].where[i] = 0; buffer[p].what[i] = 0; buffer[p].released[i] = 0;
  i = 0 }

#ifdef PSO
#define OVERTAKES(p, at) (buffer[p].many > at)
#else
#define OVERTAKES(p, at) (buffer[p].many > at && !buffer[p].released[at])
#endif
#define OTHER(p, at, than) (buffer[p].where[at] != buffer[p].where[than])

/* The buffer of processor p. It may be emptied at any time. */
proctype drain(byte p) {
end:
  do
  :: d_step { buffer[p].many > 0 -> leave(p, 0) }
#if defined(ARM64) || defined(PSO)
  :: d_step { OVERTAKES(p, 1) && OTHER(p, 1, 0) -> leave(p, 1) }
  :: d_step { OVERTAKES(p, 2) && OTHER(p, 2, 0) && OTHER(p, 2, 1) -> leave(p, 2) }
#endif
  od }

inline put(p, w, v, r) {
  d_step { buffer[p].many < ROOM ->
    buffer[p].where[buffer[p].many] = w;
    buffer[p].what[buffer[p].many] = v;
    buffer[p].released[buffer[p].many] = r;
    buffer[p].many++ } }
#define store(p, w, v) put(p, w, v, 1)       /* Volatile.Write */
#define plainstore(p, w, v) put(p, w, v, 0)

inline see(p, w, v) {
  v = mem[w];
  do
  :: i < buffer[p].many -> if :: buffer[p].where[i] == w -> v = buffer[p].what[i] :: else fi; i++
  :: else -> break
  od;
  i = 0 }
inline load(p, w, v) { d_step { see(p, w, v) } }

#define barrier(p) EMPTY(p)                  /* Interlocked.MemoryBarrier */
