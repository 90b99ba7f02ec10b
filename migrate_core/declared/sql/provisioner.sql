-- What the provisioner may do, and what the server can offer.
SELECT r.rolsuper,
       r.rolsuper OR r.rolcreatedb AS may_create_databases,
       r.rolsuper OR r.rolcreaterole AS may_create_roles,
       r.rolname,
       floor(extract(epoch FROM clock_timestamp()))::bigint AS now
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolname = current_user
