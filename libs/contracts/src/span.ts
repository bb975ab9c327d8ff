import { z } from 'zod';

/** A part of a text: `text.slice(start, end)`, in UTF-16 code units. */
export const spanSchema = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});
export type Span = z.infer<typeof spanSchema>;
