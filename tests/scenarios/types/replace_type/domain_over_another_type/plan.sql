ALTER DOMAIN public.amount RENAME TO _zanith_helper_amount_83f9d2bd;
CREATE DOMAIN public.amount AS bigint CONSTRAINT amount_check CHECK ((VALUE > 0));
ALTER TABLE public.orders ALTER COLUMN total TYPE public.amount;
ALTER TABLE public.orders ALTER COLUMN parts TYPE public.amount[] USING parts::text::public.amount[];
DROP DOMAIN public._zanith_helper_amount_83f9d2bd;
