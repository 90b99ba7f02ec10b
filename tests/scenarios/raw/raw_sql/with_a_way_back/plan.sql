-- an average of 100 % is fine
UPDATE public.t SET id = id WHERE id % 2 = 0; SELECT '{}' AS braces;
