-- One row: rows changed, rows that would be changed again.
-- By the range of the batch's keys: a join with them would look each one up again.
WITH _zanith_changed AS (
    UPDATE {table}
       SET {assign}
     WHERE {behind}
       AND ({key}) <= ({last})
       AND ({where})
    RETURNING ({where}) IS TRUE AS still_wanted
)
SELECT count(*), count(*) FILTER (WHERE still_wanted) FROM _zanith_changed
