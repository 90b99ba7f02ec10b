CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * n $$;
CREATE TABLE t (id integer, n integer DEFAULT twice(2), CONSTRAINT even CHECK (twice(id) > 0));
CREATE INDEX doubled ON t (twice(id));
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW v AS SELECT twice(id) AS two FROM t;
COMMENT ON FUNCTION twice(integer) IS 'two of it';
