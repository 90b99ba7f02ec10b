ALTER DOMAIN public.amount RENAME TO _zanith_helper_amount_83f9d2bd;
CREATE DOMAIN public.amount AS bigint CONSTRAINT amount_not_null NOT NULL;
ALTER TABLE public.t ALTER COLUMN a TYPE public.amount;
DROP DOMAIN public._zanith_helper_amount_83f9d2bd;
