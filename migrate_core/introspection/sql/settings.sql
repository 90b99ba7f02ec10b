-- Fixed until the transaction ends: what changes how PostgreSQL writes names, types and expressions,
-- and what makes reading dear.
SELECT pg_catalog.set_config('search_path', '', true),
       pg_catalog.set_config('quote_all_identifiers', 'off', true),
       pg_catalog.set_config('TimeZone', 'UTC', true),
       pg_catalog.set_config('DateStyle', 'ISO, MDY', true),
       pg_catalog.set_config('IntervalStyle', 'postgres', true),
       pg_catalog.set_config('extra_float_digits', '1', true),
       pg_catalog.set_config('bytea_output', 'hex', true),
       pg_catalog.set_config('xmlbinary', 'base64', true),
       pg_catalog.set_config('lc_monetary', 'C', true),
       pg_catalog.set_config('standard_conforming_strings', 'on', true),
       pg_catalog.set_config('jit', 'off', true),
       -- Three dozen queries, most over in a millisecond: planning them is what they cost. Joins
       -- are written in the order that suits them, and a worker takes longer to start than to run.
       pg_catalog.set_config('join_collapse_limit', '1', true),
       pg_catalog.set_config('max_parallel_workers_per_gather', '0', true)
