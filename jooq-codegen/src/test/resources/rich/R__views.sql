create or replace view live_tokens as
select id, symbol, seen_from from tokens where deleted_at is null;

create materialized view if not exists best_tokens as
select t.id, t.symbol, max(s.score) as best_score
from tokens t
join token_scores s on s.token_id = t.id
group by t.id, t.symbol;
create unique index if not exists best_tokens_id on best_tokens (id);
