-- Refuses the commit of a new order whose decisions have expired, in the COMMIT itself: between the last
-- check of ordering and its COMMIT, the process or the network may have been paused.
CREATE FUNCTION require_commit_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (extract(epoch FROM clock_timestamp()) * 1000000)::bigint >= NEW.commit_by
        OR (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
            IS DISTINCT FROM NEW.commit_server THEN
        RAISE EXCEPTION 'the decision on % expired before the commit', NEW.name
            USING ERRCODE = 'CSP01';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER orders_commit_in_time AFTER INSERT ON orders
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.commit_by IS NOT NULL)
    EXECUTE FUNCTION require_commit_in_time();
