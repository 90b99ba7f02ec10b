ALTER TABLE public.bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE ((NOT cancelled));
COMMENT ON CONSTRAINT no_overlap ON public.bookings IS 'one at a time';
