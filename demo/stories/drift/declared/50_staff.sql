CREATE TABLE public.audit_notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint REFERENCES public.orders (id) ON DELETE SET NULL,
    author text NOT NULL,
    note text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_notes_order_id_idx ON public.audit_notes (order_id);
