ALTER VIEW public.totals RESET (security_barrier);
ALTER VIEW public.totals SET (check_option='cascaded');
