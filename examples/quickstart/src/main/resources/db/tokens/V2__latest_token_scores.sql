-- The latest score of every active token, which takes half a minute to find on SQLite.
create materialized view latest_token_scores as
select distinct on (s.token_id) s.*
from token_scores s
join tokens t on t.id = s.token_id
where t.status = 'active'
order by s.token_id, s.created_at desc, s.id desc;

-- Unique, so that it can be refreshed while it is read.
create unique index latest_token_scores_token on latest_token_scores (token_id);
create index latest_token_scores_best on latest_token_scores (score desc, id);
