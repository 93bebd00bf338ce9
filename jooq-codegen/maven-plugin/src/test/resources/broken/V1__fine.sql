create table artist (artist_id bigint primary key);
