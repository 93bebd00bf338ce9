create type tier as enum ('free', 'paid');

create table users (
  id uuid primary key,
  email text not null unique,
  firebase_uid text,
  role text not null default 'user',
  tier tier not null default 'free',
  display_name text,
  paper_balance numeric(20, 2) not null,
  profile jsonb,
  settings jsonb,
  tags text[],
  fee numeric(6, 3),
  token uuid,
  signed_up timestamptz,
  created_at timestamptz,
  internal text,
  others jsonb
);
create index on users (role, tier);
create index on users (fee);

create table pairs (
  base_asset text,
  quote_asset text,
  owner_id uuid references users,
  price numeric not null,
  primary key (base_asset, quote_asset)
);
create index on pairs (quote_asset, owner_id);
