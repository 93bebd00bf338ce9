create type tier as enum ('free', 'paid');

create table users (
  id uuid primary key,
  email text not null unique,
  firebase_uid text unique,
  role text not null default 'user',
  tier tier not null default 'free',
  display_name text,
  paper_balance numeric(20, 2) not null,
  profile jsonb,
  settings jsonb,
  tags text[],
  born_on date,
  wakes_at time,
  active boolean not null,
  logins integer not null,
  token uuid,
  avatar bytea,
  fee numeric(6, 3),
  created_at timestamptz,
  seen_at timestamptz,
  others jsonb
);
create index on users (role, tier);
create index on users (paper_balance);
create index on users (born_on);
create index on users (active, logins);
create index on users (token);
create index on users (created_at);
create index on users (seen_at);
create index on users (display_name);

create table snapshots (
  id bigint primary key,
  user_id uuid not null references users on delete cascade,
  total numeric(12, 2) not null,
  recorded_at timestamptz not null,
  unique (user_id, recorded_at)
);

create table pairs (
  base_asset text,
  quote_asset text,
  owner_id uuid references users,
  price numeric(20, 4) not null,
  primary key (base_asset, quote_asset)
);
create index on pairs (quote_asset, owner_id);

create table accounts (
  id uuid primary key default gen_random_uuid(),
  email text collate "C" not null unique,
  handle text not null unique,
  plan text
);

create table holdings (
  id bigint primary key,
  account_id uuid not null references accounts on delete cascade,
  asset text not null,
  amount numeric(20, 4) not null,
  unique (account_id, asset)
);
