CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true', "Odd one" 'it''s');
COMMENT ON FOREIGN DATA WRAPPER files IS 'of the disk';
