-- One row: how much there is.
SELECT (SELECT count(*) FROM ONLY {relation}),
       pg_total_relation_size(to_regclass(%(name)s))
