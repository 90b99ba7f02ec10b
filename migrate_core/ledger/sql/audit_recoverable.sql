-- What is still recoverable: what migrations parked and nobody has restored or purged, in the order
-- in which it expires.
SELECT a.id,
       a.kind,
       a.source,
       a.physical_name,
       a.physical_column,
       a.row_count,
       a.bytes,
       a.migration_id,
       a.created_at,
       a.created_by,
       a.expires_at,
       coalesce(a.expires_at <= now(), false) AS is_expired
  FROM {schema}._zanith_migration_artifacts AS a
 WHERE a.status = 'kept'
   AND a.created_at >= %(since)s::timestamptz
 ORDER BY a.expires_at NULLS LAST, a.created_at, a.id
