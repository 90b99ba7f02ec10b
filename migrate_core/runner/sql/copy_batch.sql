-- One row: keys looked at, rows copied, rows that another sweep would look at in vain, the last key.
-- Locked first, so that no row is copied that a writer deletes meanwhile; what one has brought over
-- is newer and stays. Without a condition one sweep is enough: a trigger brings over what is
-- written behind it.
WITH _zanith_batch AS MATERIALIZED (
    SELECT {keys_as}
      FROM ONLY {table}
     WHERE (%(after)s::text[] IS NULL OR ({key}) > ({after}))
       AND ({only})
     ORDER BY {key}
     LIMIT %(rows)s
), _zanith_rows AS MATERIALIZED (
    SELECT {table}.*
      FROM ONLY {table}
      JOIN _zanith_batch ON {same}
     WHERE ({where})
       FOR KEY SHARE OF {bare}
), _zanith_copied AS (
    INSERT INTO {into} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM _zanith_rows
        ON CONFLICT ({key}) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM _zanith_batch),
       (SELECT count(*) FROM _zanith_copied),
       (SELECT count(*) FROM _zanith_batch WHERE {in_vain}),
       (SELECT ARRAY[{texts}] FROM _zanith_batch ORDER BY {descending} LIMIT 1)
