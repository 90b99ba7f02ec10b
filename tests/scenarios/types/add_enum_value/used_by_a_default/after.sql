CREATE TYPE mood AS ENUM ('bad', 'good', 'it''s great');
CREATE TABLE t (id int, mood mood DEFAULT 'it''s great', CHECK (mood <> 'it''s great' OR id > 0));
