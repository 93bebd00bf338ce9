create table tokens (id bigint primary key);
