ALTER INDEX public.users_email_idx RENAME TO by_email;
