CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION grade(mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE CAST (mood AS integer) WITH FUNCTION grade(mood) AS ASSIGNMENT;
CREATE CAST (mood AS bytea) WITH INOUT;
COMMENT ON CAST (mood AS integer) IS 'from 1';
