create schema audit;

create table audit.events (
  id    uuid primary key,
  at    timestamptz not null default now(),
  body  jsonb       not null
);
-- Not a partition, though its name is one's in another schema.
create table audit.token_scores_2026_01 (id integer primary key);
