-- Where the token monitor comes from: times as text, scores as REAL, JSON as text.
create table tokens (
  id integer primary key autoincrement,
  mint_address text not null unique,
  name text not null,
  symbol text not null,
  status text not null default 'monitoring',
  liquidity_usd real,
  primary_dex text,
  created_at text not null,
  last_updated_at text not null
);

create table token_scores (
  id integer primary key autoincrement,
  token_id integer not null references tokens (id) on delete cascade,
  score real not null,
  smoothed_score real,
  metrics text not null,
  raw_components text,
  smoothed_components text,
  spam_metrics text,
  scoring_model text not null default 'hybrid_momentum',
  created_at text not null
);

create index token_scores_token on token_scores (token_id);

create table app_settings (
  key text primary key,
  value text not null,
  updated_at text not null
);
