create schema audit;
create table audit.customers (id uuid primary key default gen_random_uuid(), at timestamp(0) not null default now());
create table audit.no_key (at timestamptz not null);
create table audit.ring_a (id integer primary key, b integer);
create table audit.ring_b (id integer primary key, a integer references audit.ring_a);
alter table audit.ring_a add foreign key (b) references audit.ring_b;
create table audit.by_time (at timestamptz primary key);
