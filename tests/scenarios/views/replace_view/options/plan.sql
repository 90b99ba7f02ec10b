ALTER VIEW public.totals RESET (security_barrier, check_option);
ALTER VIEW public.totals SET (check_option='cascaded');
