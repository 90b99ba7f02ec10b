SELECT s.name, s.setting FROM pg_catalog.pg_settings AS s WHERE s.source = 'session'
