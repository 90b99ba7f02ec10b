-- One row: keys looked at, rows changed, rows that would be changed again, the last key.
WITH _zanith_batch AS MATERIALIZED (
    SELECT {keys_as}
      FROM {table}
     WHERE (%(after)s::text[] IS NULL OR ({key}) > ({after}))
       AND ({only})
     ORDER BY {key}
     LIMIT %(rows)s
), _zanith_changed AS (
    UPDATE {table}
       SET {assign}
      FROM _zanith_batch
     WHERE {same}
       AND ({where})
    RETURNING ({where}) IS TRUE AS still_wanted
)
SELECT (SELECT count(*) FROM _zanith_batch),
       (SELECT count(*) FROM _zanith_changed),
       (SELECT count(*) FROM _zanith_changed WHERE still_wanted),
       (SELECT ARRAY[{texts}] FROM _zanith_batch ORDER BY {descending} LIMIT 1)
