-- What Crossfade keeps beside an application's tables. Never edited once released; changes are further migrations.
-- Keys are canonical bytes (dev.crossfade.store.KeyCodec): their byte order is the key order of all stores.

-- One row per migration: which store is the truth, and since which epoch. Writers lock their row `for share`;
-- whoever changes a row locks the table first, so that a change does not starve behind overlapping writers.
create table crossfade.control (
  migration text primary key,
  epoch bigint not null,
  stage text not null,
  state text not null,
  attempt uuid,
  deadline timestamptz,
  obeyed text not null default '', -- the settings last obeyed: stages, separated by commas
  constraint control_state check (state in ('open', 'closing', 'moved')),
  constraint control_closing check ((state = 'closing') = (attempt is not null and deadline is not null))
) with (fillfactor = 50);

-- Incarnations that may change this store, or must not any more. Changes lock their row `for share`; fencing locks
-- the table first. The heartbeat lives apart: an update of a row that is always share-locked would starve.
create table crossfade.instances (
  incarnation uuid primary key,
  process uuid, -- the same for all incarnations of a process; null: fenced before it registered
  instance text not null,
  version text, -- of the library; null as above
  migration text, -- null as above
  fenced boolean not null default false,
  started_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create table crossfade.heartbeats (
  incarnation uuid primary key references crossfade.instances on delete cascade,
  heartbeat_at timestamptz not null default clock_timestamp(),
  wanted text, -- the stage its settings want
  epoch bigint not null default 0, -- the latest it has seen; what follows was counted in it
  compared bigint not null default 0,
  mismatched bigint not null default 0,
  rehearsed bigint not null default 0,
  differed bigint not null default 0
) with (fillfactor = 50);

-- The keys whose copy in the other store is not known to be right. Rows come and go with every write: vacuumed by
-- count, not by share.
-- No check constraints here: each statement that inserts would read them anew, which costs as much as the row. A state
-- is one of open, left, unknown and parked; only ranges have a key_to.
create table crossfade.journal (
  owner uuid not null,
  id bigint not null,
  migration text collate "C" not null,
  entity text collate "C" not null,
  key bytea not null,
  key_to bytea,
  is_range boolean not null default false,
  state text not null default 'open',
  contested boolean not null default false,
  attempts integer not null default 0,
  reason text,
  rests_until timestamptz not null default '-infinity',
  created_at timestamptz not null default clock_timestamp(),
  primary key (owner, id)
) with (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 50000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);

create index journal_key on crossfade.journal (entity, key) where not is_range;
create index journal_range on crossfade.journal (entity, key) where is_range;
-- Repair takes the oldest first; entries that are open are many and short-lived, and not wanted here.
create index journal_waiting on crossfade.journal (migration, created_at) where state <> 'open';

-- Keys changed in stage `complete`, for the way back.
create table crossfade.remembered (
  migration text collate "C" not null,
  entity text collate "C" not null,
  key bytea not null,
  primary key (migration, entity, key)
) with (fillfactor = 70);

-- What was found before a decision: a backfill's end, a verification's result.
create table crossfade.evidence (
  migration text not null,
  name text not null,
  detail text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (migration, name)
);

-- What was done to a migration, by whom and on what grounds.
create table crossfade.audit (
  id uuid primary key,
  at timestamptz not null,
  migration text not null,
  action text not null, -- moved, refused, undone, gave_up, abandoned
  from_stage text not null,
  to_stage text not null,
  epoch bigint not null,
  actor text not null,
  instance text not null,
  gates text not null, -- a line each
  reason text,
  pause_ms bigint
);

create index audit_latest on crossfade.audit (migration, at);

-- Materialized views that are refreshed on a schedule: whoever updates the row refreshes, the others pass.
create table crossfade.refreshes (
  view text primary key,
  refreshed_at timestamptz not null
) with (fillfactor = 50);

-- Foreign keys and indexes that a backfill has dropped and will build again, in the order in which to do so.
create table crossfade.dropped (
  position bigint generated always as identity primary key,
  kind text not null, -- index, part of one, constraint
  name text not null, -- qualified: of the index; of the constraint behind that of its table
  of_table text not null,
  own_name text not null, -- of a part: its partition, qualified
  definition text not null -- one or two statements
);

-- Fails as a foreign key does, in the place of a value that refers to a row: what it was to be looked up by, no row has.
create function crossfade.unreferred(typed anyelement, parent text) returns anyelement
language plpgsql as $$
begin
  raise foreign_key_violation using message = 'no row of "' || parent || '" has the value that is referred to';
end
$$;
