CREATE TABLE users (id bigint PRIMARY KEY, email text, "Plan" text DEFAULT 'free' NOT NULL);
COMMENT ON COLUMN users."Plan" IS 'what it''s worth';
