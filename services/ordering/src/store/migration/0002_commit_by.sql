-- Until when an order may be committed, by the clock of a database server, and that server (its start);
-- both in microseconds. NULL on SQLite, and in orders of older versions.
ALTER TABLE orders ADD COLUMN commit_by BIGINT;
ALTER TABLE orders ADD COLUMN commit_server BIGINT;
