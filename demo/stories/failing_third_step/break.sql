-- 30 February: no probe asks whether the digits are a day.
UPDATE public.users
   SET legacy_uuid = '20230230-0000-4000-8000-000000000000'
 WHERE email = 'user7777@example.com';
