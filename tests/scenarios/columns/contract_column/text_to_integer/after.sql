CREATE TABLE readings (id bigint PRIMARY KEY, value integer DEFAULT 0, at date NOT NULL);
CREATE INDEX readings_value ON readings (value) WHERE value IS NOT NULL;
