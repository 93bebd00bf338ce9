-- Flyway's own lock would make this wait for ever.
create index concurrently tokens_created_at on tokens (created_at);
