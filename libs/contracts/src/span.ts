import { z } from 'zod';

/** Where in a text something was found: `text.slice(start, end)`, so in UTF-16 code units, as JavaScript counts. */
export const spanSchema = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});
export type Span = z.infer<typeof spanSchema>;
