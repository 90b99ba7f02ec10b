-- One row: rows copied, rows that another sweep would look at in vain.
-- Locked first, so that no row is copied that a writer deletes meanwhile; what one has brought over
-- is newer and stays. Without a condition one sweep is enough: a trigger brings over what is
-- written behind it.
WITH _zanith_rows AS MATERIALIZED (
    SELECT *
      FROM ONLY {table}
     WHERE {behind}
       AND ({key}) <= ({last})
       AND ({where})
       FOR KEY SHARE
), _zanith_copied AS (
    INSERT INTO {into} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM _zanith_rows
        ON CONFLICT ({key}) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM _zanith_copied),
       (SELECT count(*) FROM _zanith_rows WHERE {in_vain})
