ALTER USER MAPPING FOR pg_monitor SERVER archive OPTIONS (SET "user" 'ann');
