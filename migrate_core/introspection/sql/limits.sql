-- Read only, an empty search path, and the same limit for working and for waiting.
-- row_security off: a count that a policy would silently shorten is an error instead.
SELECT pg_catalog.set_config('transaction_read_only', 'on', true),
       pg_catalog.set_config('search_path', '', true),
       pg_catalog.set_config('TimeZone', 'UTC', true),
       pg_catalog.set_config('row_security', 'off', true),
       pg_catalog.set_config('statement_timeout', %(ms)s, true),
       pg_catalog.set_config('lock_timeout', %(ms)s, true)
