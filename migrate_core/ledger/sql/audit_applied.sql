-- Who applied what, and who undid it, the newest first.
SELECT m.id AS migration_id,
       m.cycle,
       m.applied_at,
       m.applied_by,
       m.elapsed_ms,
       m.run_id,
       m.checksum,
       m.plan_hash,
       m.reverted_at,
       m.reverted_by,
       m.reverted_run
  FROM {schema}._zanith_migrations AS m
 WHERE m.applied_at >= %(since)s::timestamptz
    OR m.reverted_at >= %(since)s::timestamptz
 ORDER BY greatest(m.applied_at, m.reverted_at) DESC, m.id, m.cycle
