CREATE TABLE users (id int PRIMARY KEY, email text CONSTRAINT users_mail_key UNIQUE CONSTRAINT users_mail_check CHECK (length(email) > 3), twice text GENERATED ALWAYS AS (email || email) STORED);
CREATE INDEX users_lower_idx ON users (lower(email)) WHERE email IS NOT NULL;
CREATE TABLE letters (id int PRIMARY KEY, mail text REFERENCES users (email));
