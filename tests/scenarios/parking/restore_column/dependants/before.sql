CREATE TABLE users (id int PRIMARY KEY, code text, upper text GENERATED ALWAYS AS (upper(code)) STORED);
CREATE VIEW names AS SELECT upper, code FROM users;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER renamed AFTER UPDATE OF code ON users FOR EACH ROW EXECUTE FUNCTION noted();
INSERT INTO users SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
DROP TRIGGER renamed ON public.users;
DROP VIEW public.names;
ALTER TABLE public.users DROP COLUMN upper;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
