CREATE TRUSTED LANGUAGE plother HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
REVOKE USAGE ON LANGUAGE plother FROM PUBLIC;
GRANT USAGE ON LANGUAGE plother TO pg_monitor;
COMMENT ON LANGUAGE plother IS 'another';
