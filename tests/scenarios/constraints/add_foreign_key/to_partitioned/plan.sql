ALTER TABLE public.note ADD CONSTRAINT note_visit FOREIGN KEY (id, day) REFERENCES public.visit(id, day) NOT VALID;
ALTER TABLE public.note VALIDATE CONSTRAINT note_visit;
