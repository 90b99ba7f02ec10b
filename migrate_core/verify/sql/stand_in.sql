-- A kept artifact for an object that the baseline holds parked, as the target's ledger has one;
-- a run of its own comes with it, because every artifact belongs to one.
WITH parked AS (
    SELECT %(name)s::text AS name, %(column)s::text AS col
     WHERE EXISTS (
         SELECT
           FROM pg_catalog.pg_class AS c
          WHERE c.oid = to_regclass(%(name)s)
            AND (%(column)s::text IS NULL
                 OR EXISTS (SELECT
                              FROM pg_catalog.pg_attribute AS a
                             WHERE a.attrelid = c.oid
                               AND a.attname = %(column)s
                               AND NOT a.attisdropped))
     )
), run AS (
    INSERT INTO public._zanith_runs (run_id, cycle, direction, state, checksum, plan_hash, plan,
                                     base_fingerprint, actor)
    SELECT gen_random_uuid(), 1, 'restore', 'done', '', '', '{}'::jsonb, '', %(actor)s
      FROM parked
 RETURNING run_id
)
INSERT INTO public._zanith_migration_artifacts (run_id, step, kind, source, physical_name,
                                                physical_column, definition, recovery_sql,
                                                created_by)
SELECT run.run_id, 1, %(kind)s, parked.name, parked.name, parked.col, '{}'::jsonb, '{}'::text[],
       %(actor)s
  FROM parked, run
