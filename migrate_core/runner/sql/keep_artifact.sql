INSERT INTO {schema}._zanith_migration_artifacts
    (run_id, migration_id, step, kind, source, physical_name, physical_column, definition,
     recovery_sql, row_count, checksum, checksum_sql, bytes, created_by, expires_at)
VALUES (%(run_id)s, %(migration_id)s, %(step)s, %(kind)s, %(source)s, %(physical_name)s,
        %(physical_column)s, %(definition)s, %(recovery_sql)s, %(row_count)s, %(checksum)s,
        %(checksum_sql)s, %(bytes)s, %(actor)s,
        clock_timestamp() + make_interval(days => %(days)s::integer))
