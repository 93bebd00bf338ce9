create table album (
  album_id  bigint primary key,
  artist_id bigimt
);
