CREATE TABLE users (
    id bigint PRIMARY KEY,
    full_name text NOT NULL,
    active boolean
);
INSERT INTO users SELECT n, 'Anna' || n || ' Berg', n % 2 = 0 FROM generate_series(1, 50) AS n;
INSERT INTO users VALUES (51, 'Cher', true);
