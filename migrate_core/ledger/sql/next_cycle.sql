-- One number: the cycle in which this migration would be applied next.
SELECT 1 + coalesce(max(over.cycle), 0)
  FROM (SELECT m.cycle
          FROM {schema}._zanith_migrations AS m
         WHERE m.id = %(migration_id)s AND m.reverted_at IS NOT NULL
         UNION ALL
        SELECT r.cycle
          FROM {schema}._zanith_runs AS r
         WHERE r.migration_id = %(migration_id)s
           AND r.direction = 'up'
           AND r.state = 'closed') AS over
