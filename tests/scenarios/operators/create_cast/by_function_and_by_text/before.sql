CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION grade(mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
