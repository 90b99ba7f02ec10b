CREATE SEQUENCE ticket_numbers START 5;
CREATE TABLE t (id bigint DEFAULT nextval('ticket_numbers'));
SELECT nextval('ticket_numbers');
