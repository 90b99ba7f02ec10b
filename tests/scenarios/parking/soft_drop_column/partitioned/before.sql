CREATE TABLE users (id int, code text NOT NULL, upper text GENERATED ALWAYS AS (upper(code)) STORED, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE users_low PARTITION OF users FOR VALUES FROM (0) TO (100);
CREATE TABLE users_rest PARTITION OF users DEFAULT;
CREATE VIEW low_codes AS SELECT code FROM users_low;
CREATE VIEW codes AS SELECT upper, code FROM users;
CREATE POLICY own ON users_low USING (code = current_user);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER renamed AFTER UPDATE OF code ON users FOR EACH ROW EXECUTE FUNCTION noted();
INSERT INTO users SELECT n, 'code' || n FROM generate_series(1, 150) AS n;
