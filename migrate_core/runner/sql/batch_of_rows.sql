-- One row: keys looked at, rows copied, 0 (a row that was copied is wanted no more), the last key.
WITH _zanith_batch AS MATERIALIZED (
    SELECT {keys_as}
      FROM {table}
     WHERE (%(after)s::text[] IS NULL OR ({key}) > ({after}))
       AND ({only})
     ORDER BY {key}
     LIMIT %(rows)s
), _zanith_changed AS (
    INSERT INTO {into} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns}
      FROM {table}, _zanith_batch
     WHERE {same}
       AND ({where})
    ON CONFLICT ({key}) DO NOTHING
    RETURNING true
)
SELECT (SELECT count(*) FROM _zanith_batch),
       (SELECT count(*) FROM _zanith_changed),
       0,
       (SELECT ARRAY[{texts}] FROM _zanith_batch ORDER BY {descending} LIMIT 1)
