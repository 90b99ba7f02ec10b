UPDATE public.users
   SET legacy_uuid = '20230228-0000-4000-8000-000000000000'
 WHERE email = 'user7777@example.com';
