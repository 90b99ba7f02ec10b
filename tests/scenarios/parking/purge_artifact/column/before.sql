CREATE TABLE users (id bigint PRIMARY KEY, _zanith_dropped_age_83f9d2bd int);
