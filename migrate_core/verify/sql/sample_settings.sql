-- How values are written and read as text, the same on both sides, until the transaction ends.
SELECT pg_catalog.set_config('DateStyle', 'ISO, MDY', true),
       pg_catalog.set_config('IntervalStyle', 'postgres', true),
       pg_catalog.set_config('extra_float_digits', '3', true),
       pg_catalog.set_config('bytea_output', 'hex', true),
       pg_catalog.set_config('lc_monetary', 'C', true),
       pg_catalog.set_config('xmlbinary', 'base64', true),
       pg_catalog.set_config('xmloption', 'content', true),
       pg_catalog.set_config('array_nulls', 'on', true),
       pg_catalog.set_config('synchronize_seqscans', 'off', true),
       -- Rows that a policy hides are an error here, never silently missing.
       pg_catalog.set_config('row_security', 'off', true)
