/*
 * The change of primary and the way back, as cutover.Moves and stage.Stages make it, with the control rows of both stores.
 *
 * Two coordinators close, drain, decide and open; each may stall for good, or for as long as it takes the others to undo its
 * attempt and to make the next one. Whoever looks at the control rows reads the legacy store's first and the target's second,
 * and may be late with what it concludes. A writer, which may still believe in a stage that was before (`off`, where writes
 * leave no entry), and a copy go through their four steps meanwhile; a repair drains. -DCONTROL leaves out the data and
 * makes more attempts.
 *
 * Promises: never two primaries. The primary holds the last write it has acknowledged; where the other store differs, the
 * primary's journal has an entry; the other store's journal has none. Where neither is primary, because the new one is still
 * to be opened, they do not differ. No key is given twice.
 */

#ifndef ATTEMPTS
#ifdef CONTROL
#define ATTEMPTS 5
#elif defined(COPIES) && !defined(LARGE)
#define ATTEMPTS 1
#else
#define ATTEMPTS 3
#endif
#endif

#define LEGACY 0
#define TARGET 1

#define MOVED 0
#define OPEN 1
#define CLOSING 2

/* Epochs: the migration was in `off` in the first, and is in `dual_write` in the second. */
#define OFF_EPOCH 1
#define FIRST_EPOCH 2

#define GONE 0
/* OPEN 1 */
#define LEFT 2

#define WRITE 0
#define COPY 1
#define REPAIR 2
#define ENTRIES 3

byte row[2], epoch[2];
byte token;     /* of the attempt under way, or of the last one */
byte attempts;

byte value[2], last;
byte generator[2], highestKey;
byte entry[ENTRIES], journal[ENTRIES]; /* what it is, and in which store */
bool contested[ENTRIES], fenced[ENTRIES];

#define IN(e, s) (entry[e] != GONE && journal[e] == (s))
#define EMPTY(s) (!IN(WRITE, s) && !IN(COPY, s) && !IN(REPAIR, s))

#define NO_KEY_TWICE assert(row[TARGET] == MOVED || generator[TARGET] >= highestKey)
#define ONE_PRIMARY assert(row[LEGACY] == MOVED || row[TARGET] == MOVED)
#define TRUE_AND_COVERED(s) (value[s] == last && (value[LEGACY] == value[TARGET] || !EMPTY(s)))
#define NOTHING_LOST assert( \
    (row[LEGACY] != MOVED && TRUE_AND_COVERED(LEGACY)) || \
    (row[LEGACY] == MOVED && row[TARGET] != MOVED && TRUE_AND_COVERED(TARGET)) || \
    (row[LEGACY] == MOVED && row[TARGET] == MOVED && value[LEGACY] == value[TARGET] && value[TARGET] == last))

#define NOTHING_BEHIND assert((row[LEGACY] != MOVED || EMPTY(LEGACY)) && (row[TARGET] != MOVED || EMPTY(TARGET)))

/* Whether a finish puts an entry back that is gone: not into the journal of a store that is primary no more. */
#ifdef BRINGS_BACK_ALWAYS
#define BRINGS_BACK(s) true
#else
#define BRINGS_BACK(s) (row[s] != MOVED)
#endif

/* Where a write or a copy may mark. */
#ifdef NO_EPOCH_CHECK
#define EPOCH_IS(s, e) true
#else
#define EPOCH_IS(s, e) (epoch[s] == (e))
#endif
#ifdef MARK_WHILE_CLOSING
#define MARKS(s) (row[s] != MOVED)
#else
#define MARKS(s) (row[s] == OPEN)
#endif
#ifdef COPY_MARKS_WHILE_CLOSING
#define COPY_MARKS(s) (row[s] != MOVED)
#else
#define COPY_MARKS(s) MARKS(s)
#endif

/* What the other store refuses in step 3. */
#ifdef NO_SECONDARY_EPOCH
#define OUTDATED(s, e) false
#else
#define OUTDATED(s, e) (epoch[s] > (e))
#endif
#ifdef NO_FENCE
#define REFUSED(a) false
#else
#define REFUSED(a) fenced[a]
#endif

inline apply(a) {
  if
  :: d_step { !REFUSED(a) && !OUTDATED(1 - p, e) -> value[1 - p] = v; done = true; NOTHING_LOST }
  :: done = false
  fi
}

inline contest(a) {
  if :: a != WRITE && journal[WRITE] == p && entry[WRITE] == OPEN -> contested[WRITE] = true :: else fi;
  if :: a != COPY && journal[COPY] == p && entry[COPY] == OPEN -> contested[COPY] = true :: else fi;
  if :: a != REPAIR && journal[REPAIR] == p && entry[REPAIR] == OPEN -> contested[REPAIR] = true :: else fi
}

inline finish(a) {
  d_step {
    contest(a);
    if
    :: entry[a] == OPEN && done && !contested[a] -> entry[a] = GONE
    :: entry[a] == OPEN && (!done || contested[a]) -> entry[a] = LEFT
    :: entry[a] == GONE && BRINGS_BACK(p) -> entry[a] = LEFT; journal[a] = p /* repaired meanwhile: one copy too many */
    :: entry[a] == GONE && !BRINGS_BACK(p)
    :: entry[a] == LEFT
    fi;
    contested[a] = false; done = false;
    NOTHING_LOST; NOTHING_BEHIND
  }
}

/* The store that is open, as a look at the control rows shows it. */
inline refresh() {
  d_step {
    if
    :: row[LEGACY] == OPEN -> p = LEGACY; e = epoch[LEGACY]
    :: row[LEGACY] != OPEN && row[TARGET] == OPEN -> p = TARGET; e = epoch[TARGET]
    fi
  }
}

#ifndef CONTROL
proctype Write(byte v) {
  byte p = LEGACY, e;
  bool done;
  if :: e = OFF_EPOCH :: e = FIRST_EPOCH fi;
  do
  :: d_step { MARKS(p) && EPOCH_IS(p, e) ->
       generator[p] = generator[p] + 1; highestKey = generator[p];
       value[p] = v; last = v;
       if :: e != OFF_EPOCH -> entry[WRITE] = OPEN; journal[WRITE] = p :: else fi;
       NOTHING_LOST
     }
     break
  :: !(MARKS(p) && EPOCH_IS(p, e)) -> refresh()
  od;
  if
  :: e == OFF_EPOCH
  :: else -> apply(WRITE); finish(WRITE)
  fi;
end:
  skip
}

#endif

#ifdef COPIES
proctype Copy() {
  byte p = LEGACY, e = FIRST_EPOCH, v;
  bool done;
  do
  :: d_step { COPY_MARKS(p) && EPOCH_IS(p, e) -> entry[COPY] = OPEN; journal[COPY] = p } break
  :: !(COPY_MARKS(p) && EPOCH_IS(p, e)) -> refresh()
  od;
  v = value[p];
  apply(COPY);
  finish(COPY)
}

#endif

#define MAY_TAKE(a) (IN(a, p) && (entry[a] == LEFT || fenced[a]))

#ifndef CONTROL
/* Of whoever is alive. It may repair while the primary is closing, and may be late with anything. */
active proctype Repair() {
  byte p = LEGACY, e = FIRST_EPOCH, v;
  bool done, ofWrite, ofCopy;
end:
  do
  :: d_step { entry[WRITE] == OPEN && !fenced[WRITE] -> fenced[WRITE] = true }
#ifdef COPIES
  :: d_step { entry[COPY] == OPEN && !fenced[COPY] -> fenced[COPY] = true }
#endif
  :: !(row[p] != MOVED && epoch[p] == e) && (row[LEGACY] == OPEN || row[TARGET] == OPEN) -> refresh()
  :: d_step { row[p] != MOVED && epoch[p] == e && (MAY_TAKE(WRITE) || MAY_TAKE(COPY) || IN(REPAIR, p)) ->
       ofWrite = MAY_TAKE(WRITE); ofCopy = MAY_TAKE(COPY);
       entry[REPAIR] = OPEN; journal[REPAIR] = p; contested[REPAIR] = false
     }
     v = value[p];
     apply(REPAIR);
     d_step {
       if
       :: done ->
          contest(REPAIR);
          if :: ofWrite -> entry[WRITE] = GONE; contested[WRITE] = false :: else fi;
          if :: ofCopy -> entry[COPY] = GONE; contested[COPY] = false :: else fi
       :: else
       fi;
       if
       :: done && !contested[REPAIR] -> entry[REPAIR] = GONE
       :: else -> entry[REPAIR] = LEFT
       fi;
       done = false; contested[REPAIR] = false; ofWrite = false; ofCopy = false; v = 0;
       NOTHING_LOST
     }
  od
}

#endif

#ifdef NO_TOKEN
#define STILL(s, e, t) (row[s] == CLOSING && epoch[s] == (e))
#else
#define STILL(s, e, t) (row[s] == CLOSING && epoch[s] == (e) && token == (t))
#endif
#ifdef DECIDED_BLINDLY
#define DRAINED(s) true
#else
#define DRAINED(s) EMPTY(s)
#endif

inline undo() {
  d_step { if :: STILL(p, e, t) -> row[p] = OPEN :: else fi }
}

inline open(s) {
  d_step {
    if
#ifdef OPEN_WITHOUT_EPOCH_GUARD
    :: row[s] != OPEN -> row[s] = OPEN; epoch[s] = e
#else
    :: epoch[s] < e -> row[s] = OPEN; epoch[s] = e
#endif
    :: else
    fi;
    ONE_PRIMARY; NO_KEY_TWICE; NOTHING_LOST
  }
}

inline forget() { d_step { p = 0; e = 0; t = 0 } }

proctype Coordinator() {
  byte p, e, t;
end:
  do
  :: if /* an attempt of its own */
     :: d_step { attempts < ATTEMPTS && row[LEGACY] == OPEN -> p = LEGACY }
     :: d_step { attempts < ATTEMPTS && row[TARGET] == OPEN -> p = TARGET }
     fi;
     d_step {
       if
       :: attempts < ATTEMPTS && row[p] == OPEN -> attempts++; t = attempts; token = t; e = epoch[p]; row[p] = CLOSING
       :: else -> t = 0
       fi
     };
     if
     :: t == 0 /* somebody else was first */
     :: t != 0 ->
        if
        :: EMPTY(p) ->
#ifndef NO_GENERATORS
           d_step { if :: generator[1 - p] < generator[p] -> generator[1 - p] = generator[p] :: else fi };
#endif
           d_step {
             if
             :: STILL(p, e, t) && DRAINED(p) -> row[p] = MOVED; e = e + 1; epoch[p] = e; t = 0; NOTHING_LOST
             :: else
             fi
           };
           if
           :: t == 0 -> open(1 - p)
           :: else -> undo()
           fi
        :: undo() /* it takes too long */
        fi
     fi;
     forget()
  :: if /* somebody else's attempt is past its deadline */
     :: d_step { row[LEGACY] == CLOSING -> p = LEGACY; e = epoch[LEGACY]; t = token }
     :: d_step { row[TARGET] == CLOSING -> p = TARGET; e = epoch[TARGET]; t = token }
     fi;
     undo();
     forget()
  :: d_step { row[LEGACY] == MOVED -> e = epoch[LEGACY] } /* a look, one store after the other */
     d_step {
       if
       :: row[TARGET] != MOVED -> e = 0
       :: row[TARGET] == MOVED && epoch[TARGET] < e -> p = TARGET
       :: row[TARGET] == MOVED && epoch[TARGET] >= e -> p = LEGACY; e = epoch[TARGET]
       fi
     };
     if
     :: e == 0
     :: else -> open(p)
     fi;
     forget()
  od
}

init {
  atomic {
    row[LEGACY] = OPEN; epoch[LEGACY] = FIRST_EPOCH;
    run Coordinator();
    run Coordinator();
#ifndef CONTROL
    run Write(1);
#endif
#ifdef COPIES
    run Copy()
#endif
  }
}
