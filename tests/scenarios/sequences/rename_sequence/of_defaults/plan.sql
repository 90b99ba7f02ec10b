ALTER SEQUENCE public.numbers RENAME TO ticket_numbers;
