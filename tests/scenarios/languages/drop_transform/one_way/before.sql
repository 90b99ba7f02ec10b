CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TRUSTED LANGUAGE plother HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE TRANSFORM FOR mood LANGUAGE plother (FROM SQL WITH FUNCTION prsd_lextype(internal));
