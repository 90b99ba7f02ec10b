CREATE TABLE t (id int, owner text);
CREATE POLICY everything ON t;
CREATE POLICY "See own" ON t FOR SELECT TO pg_read_all_data, pg_monitor USING (owner = CURRENT_USER);
CREATE POLICY write_own ON t AS RESTRICTIVE FOR INSERT WITH CHECK (id > 0 AND owner = 'it''s');
CREATE POLICY change_own ON t FOR UPDATE USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY delete_own ON t FOR DELETE USING (id IN (SELECT 1));
COMMENT ON POLICY change_own ON t IS 'since today';
