UPDATE {schema}._zanith_migrations
   SET reverted_at = clock_timestamp(), reverted_by = %(actor)s, reverted_run = %(run_id)s
 WHERE id = %(migration_id)s AND cycle = %(cycle)s AND reverted_at IS NULL
