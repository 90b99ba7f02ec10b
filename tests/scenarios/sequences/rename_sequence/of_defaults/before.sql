CREATE SEQUENCE numbers START 5;
CREATE TABLE t (id bigint DEFAULT nextval('numbers'));
SELECT nextval('numbers');
