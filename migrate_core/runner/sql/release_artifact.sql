UPDATE {schema}._zanith_migration_artifacts
   SET status = %(status)s,
       released_at = clock_timestamp(),
       released_by = %(actor)s,
       released_run = %(run_id)s
 WHERE physical_name = %(physical_name)s
   AND physical_column IS NOT DISTINCT FROM %(physical_column)s::text
   AND status = 'kept'
