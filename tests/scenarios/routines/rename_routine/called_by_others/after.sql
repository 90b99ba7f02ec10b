CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION doubled(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * n $$;
CREATE TABLE t (id integer, n integer DEFAULT doubled(2), CONSTRAINT even CHECK (doubled(id) > 0));
CREATE INDEX doubled ON t (doubled(id));
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE VIEW v AS SELECT doubled(id) AS two FROM t;
COMMENT ON FUNCTION doubled(integer) IS 'two of it';
