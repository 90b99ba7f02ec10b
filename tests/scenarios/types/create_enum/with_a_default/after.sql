CREATE TYPE "Mood" AS ENUM ('so-so', 'it''s fine', 'back\slash');
COMMENT ON TYPE "Mood" IS 'how it feels';
CREATE TABLE t (id int, mood "Mood" DEFAULT 'so-so', moods "Mood"[]);
