CREATE TABLE t (id int);
CREATE POLICY roles ON t TO pg_monitor USING (true);
CREATE POLICY opened ON t USING (id > 0);
CREATE POLICY closed ON t USING (id > 0);
CREATE POLICY less ON t TO pg_monitor USING (id > 0) WITH CHECK (id > 1);
COMMENT ON POLICY less ON t IS 'less';
