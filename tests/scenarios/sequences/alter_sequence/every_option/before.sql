CREATE SEQUENCE numbers AS integer;
CREATE SEQUENCE widened AS integer;
CREATE SEQUENCE kept_limit AS integer;
