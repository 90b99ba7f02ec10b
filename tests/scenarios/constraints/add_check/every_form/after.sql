CREATE TABLE t (a int, "B" text);
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0);
ALTER TABLE t ADD CONSTRAINT "No Brackets" CHECK (("B" <> ')' AND "B" <> '%s {}') OR a IN (1, 2)) NO INHERIT;
ALTER TABLE t ADD CONSTRAINT for_new_rows CHECK (a < 10) NOT VALID;
COMMENT ON CONSTRAINT for_new_rows ON t IS 'since today';
