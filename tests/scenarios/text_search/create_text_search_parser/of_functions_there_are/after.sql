CREATE TEXT SEARCH PARSER plain (START = prsd_start, GETTOKEN = prsd_nexttoken, "end" = prsd_end, LEXTYPES = prsd_lextype);
COMMENT ON TEXT SEARCH PARSER plain IS 'as by default';
