CREATE TABLE bookings (room int, during int4range, cancelled bool,
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (NOT cancelled));
COMMENT ON CONSTRAINT no_overlap ON bookings IS 'one at a time';
