CREATE TABLE t (id int);
CREATE POLICY roles ON t TO pg_monitor, pg_read_all_data USING (true);
CREATE POLICY opened ON t TO PUBLIC USING (id > 1);
CREATE POLICY closed ON t USING (id > 0) WITH CHECK (id > 5);
CREATE POLICY less ON t USING (id > 0);
COMMENT ON POLICY less ON t IS 'less';
