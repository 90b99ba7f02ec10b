-- The risk profile of each migration: its worst step, what the steps add up to, and the reasons that
-- they had, as they were judged when the run began. The newest first.
WITH steps AS (
       SELECT DISTINCT ON (s.run_id, s.step) s.*
         FROM {schema}._zanith_migration_steps AS s
        ORDER BY s.run_id, s.step, s.attempt DESC
     )
SELECT r.migration_id,
       r.run_id,
       r.cycle,
       r.direction,
       r.state,
       r.started_at AS at,
       r.actor,
       count(*) AS steps,
       max(s.score) AS score,
       (array_agg(s.level ORDER BY s.score DESC, s.step))[1] AS level,
       (array_agg(s.kind || ' ' || s.subject ORDER BY s.score DESC, s.step))[1] AS worst_step,
       sum(s.score)::bigint AS total,
       count(*) FILTER (WHERE s.level = 'destructive') AS destructive_steps,
       (
         SELECT coalesce(array_agg(DISTINCT e.reason ->> 'code' ORDER BY e.reason ->> 'code'), ARRAY[]::text[])
           FROM steps AS one
          CROSS JOIN LATERAL jsonb_array_elements(one.reasons) AS e (reason)
          WHERE one.run_id = r.run_id
       ) AS reasons
  FROM {schema}._zanith_runs AS r
  JOIN steps AS s ON s.run_id = r.run_id
 WHERE r.started_at >= %(since)s::timestamptz
 GROUP BY r.run_id
 ORDER BY r.started_at DESC, r.run_id
