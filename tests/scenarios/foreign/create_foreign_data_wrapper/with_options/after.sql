CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true', "Odd one" 'it''s');
GRANT USAGE ON FOREIGN DATA WRAPPER files TO pg_monitor;
COMMENT ON FOREIGN DATA WRAPPER files IS 'of the disk';
