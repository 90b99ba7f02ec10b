ALTER TYPE public.state RENAME VALUE 'new' TO 'fresh';
