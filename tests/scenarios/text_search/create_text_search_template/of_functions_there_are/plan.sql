CREATE TEXT SEARCH TEMPLATE public.bare (INIT = dsimple_init, LEXIZE = dsimple_lexize);
