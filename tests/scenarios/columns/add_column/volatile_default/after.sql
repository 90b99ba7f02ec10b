CREATE TABLE tickets (
    office text,
    number integer,
    token uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    PRIMARY KEY (office, number)
);
COMMENT ON COLUMN tickets.token IS 'shown to nobody';
