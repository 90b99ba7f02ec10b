CREATE FOREIGN DATA WRAPPER files;
CREATE SERVER archive TYPE 'old' VERSION '1' FOREIGN DATA WRAPPER files OPTIONS (host 'a', port '5432');
CREATE USER MAPPING FOR pg_monitor SERVER archive OPTIONS ("user" 'bob', password 'kept');
