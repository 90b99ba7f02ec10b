CREATE TABLE kept (id int PRIMARY KEY);
COMMENT ON CONSTRAINT kept_pkey ON kept IS 'who it is';
CREATE TABLE freed (a int, b int, PRIMARY KEY (a, b));
