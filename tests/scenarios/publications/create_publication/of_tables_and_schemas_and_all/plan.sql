CREATE PUBLICATION everything FOR ALL TABLES;
ALTER PUBLICATION everything SET (publish = 'insert, update');
ALTER PUBLICATION everything SET (publish_via_partition_root = true);
CREATE PUBLICATION orders;
ALTER PUBLICATION orders ADD TABLE ONLY public.t (a, b) WHERE ((a > 1));
ALTER PUBLICATION orders ADD TABLE ONLY public.u;
COMMENT ON PUBLICATION orders IS 'for the warehouse';
CREATE PUBLICATION whole;
ALTER PUBLICATION whole ADD TABLES IN SCHEMA s;
