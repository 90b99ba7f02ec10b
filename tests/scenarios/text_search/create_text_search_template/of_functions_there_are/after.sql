CREATE TEXT SEARCH TEMPLATE bare (LEXIZE = dsimple_lexize, INIT = dsimple_init);
