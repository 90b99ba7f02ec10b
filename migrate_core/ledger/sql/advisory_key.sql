-- One number: 63 bits that name this database of this cluster.
SELECT ('x' || left(encode(sha256(convert_to(
           'zanith:v1:' || s.system_identifier || d.oid, 'UTF8')), 'hex'), 16))::bit(64)::bigint
       & 9223372036854775807
  FROM pg_catalog.pg_control_system() AS s,
       pg_catalog.pg_database AS d
 WHERE d.datname = current_database()
