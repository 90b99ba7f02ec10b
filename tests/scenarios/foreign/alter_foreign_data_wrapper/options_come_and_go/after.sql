CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'false', new '2');
