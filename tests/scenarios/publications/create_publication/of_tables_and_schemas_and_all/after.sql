CREATE TABLE t (a int, b int);
CREATE TABLE u (a int PRIMARY KEY);
CREATE SCHEMA s;
CREATE PUBLICATION orders FOR TABLE t (a, b) WHERE (a > 1), u;
CREATE PUBLICATION whole FOR TABLES IN SCHEMA s;
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, update', publish_via_partition_root = true);
COMMENT ON PUBLICATION orders IS 'for the warehouse';
