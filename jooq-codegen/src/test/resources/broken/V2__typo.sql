-- The second statement names a column that is not there, on its third line.
create table scores (id bigint primary key);

create view best as
select id,
       scoer
from scores;
