CREATE USER MAPPING FOR pg_monitor SERVER archive;
ALTER USER MAPPING FOR pg_monitor SERVER archive OPTIONS (ADD "user" 'bob');
CREATE USER MAPPING FOR public SERVER archive;
