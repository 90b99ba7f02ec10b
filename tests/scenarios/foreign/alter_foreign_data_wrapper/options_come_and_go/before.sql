CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true', old '1');
