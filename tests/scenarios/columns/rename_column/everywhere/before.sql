CREATE TABLE users (id int PRIMARY KEY, mail text UNIQUE CHECK (length(mail) > 3), twice text GENERATED ALWAYS AS (mail || mail) STORED);
CREATE INDEX users_lower_idx ON users (lower(mail)) WHERE mail IS NOT NULL;
CREATE TABLE letters (id int PRIMARY KEY, mail text REFERENCES users (mail));
