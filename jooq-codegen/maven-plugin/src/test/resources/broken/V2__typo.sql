-- What follows is wrong in its third line.
create table album (
  album_id  bigint primary key,
  artist_id bigint references artsit
);
