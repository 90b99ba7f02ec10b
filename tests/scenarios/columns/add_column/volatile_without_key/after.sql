CREATE TABLE tickets (office text, number integer, token uuid NOT NULL DEFAULT gen_random_uuid());
