-- Which database this is, on whichever address: the cluster's identifier, and the oid in it.
SELECT s.system_identifier, d.oid
  FROM pg_catalog.pg_control_system() AS s
 CROSS JOIN pg_catalog.pg_database AS d
 WHERE d.datname = current_database()
