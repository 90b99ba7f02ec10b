-- One row: how many keys the batch has, and the last of them.
WITH _zanith_batch AS MATERIALIZED (
    SELECT {keys_as}
      FROM {source}
     WHERE {behind}
       AND ({wanted})
     ORDER BY {key}
     LIMIT %(rows)s
)
SELECT (SELECT count(*) FROM _zanith_batch),
       (SELECT ARRAY[{texts}] FROM _zanith_batch ORDER BY {descending} LIMIT 1)
