"""A small shop's schema, with one of everything that is modelled."""

from __future__ import annotations

SHOP = """
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE mood IS 'how';
CREATE SEQUENCE counter AS integer START 5 INCREMENT 2 MINVALUE 3 MAXVALUE 900 CACHE 4 CYCLE;
CREATE SEQUENCE plain;
COMMENT ON SEQUENCE plain IS 'one by one';
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY,
    "Mail" character varying(80) COLLATE "C" NOT NULL DEFAULT 'none'::varchar,
    mood mood DEFAULT 'happy',
    tags text[],
    at timestamp with time zone DEFAULT now(),
    price numeric(10,2),
    doubled numeric(10,2) GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT mail_is_long CHECK (length("Mail") > 3 AND price > 0)
);
ALTER TABLE users DROP COLUMN tags;
COMMENT ON TABLE users IS 'people';
COMMENT ON COLUMN users."Mail" IS 'their address';
COMMENT ON CONSTRAINT mail_is_long ON users IS 'or it is none';
"""

ORDERS = """
CREATE TABLE orders (
    id serial,
    part integer,
    user_id bigint,
    during int4range,
    note text,
    CONSTRAINT orders_pkey PRIMARY KEY (part, id) INCLUDE (note),
    CONSTRAINT one_note UNIQUE (note) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (part > 3)
);
ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id)
    ON DELETE CASCADE ON UPDATE SET NULL NOT VALID;
ALTER TABLE orders ADD CONSTRAINT positive CHECK (part > 0) NOT VALID;
CREATE INDEX by_note ON orders USING hash (note);
CREATE UNIQUE INDEX "By Part" ON orders (part DESC NULLS LAST) INCLUDE (user_id) WHERE id > 7;
CREATE INDEX by_lower ON orders (lower(note) COLLATE "C", part) WITH (fillfactor = 70);
COMMENT ON INDEX by_note IS 'for look-ups';
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR UPDATE TO pg_monitor, pg_database_owner
    USING (user_id IN (SELECT u.id FROM users u)) WITH CHECK (part > 0);
CREATE POLICY anyone ON orders AS RESTRICTIVE;
COMMENT ON POLICY own ON orders IS 'only theirs';
"""
