ALTER DOMAIN public.amount RENAME TO money_amount;
ALTER TYPE public.pair RENAME TO twins;
ALTER DOMAIN public.money_amount RENAME CONSTRAINT amount_not_null TO money_amount_not_null;
