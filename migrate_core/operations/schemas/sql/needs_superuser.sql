-- 1 where the default version of an extension may not be installed by this role, else 0.
-- A trusted one asks for CREATE on the database; any other for a superuser.
SELECT count(*)
  FROM pg_catalog.pg_available_extensions AS e
  JOIN pg_catalog.pg_available_extension_versions AS v
    ON v.name = e.name AND v.version = e.default_version
  JOIN pg_catalog.pg_roles AS r ON r.rolname = current_user
 WHERE e.name = {name}
   AND v.superuser
   AND NOT r.rolsuper
   AND NOT (v.trusted AND has_database_privilege(current_database(), 'CREATE'))
