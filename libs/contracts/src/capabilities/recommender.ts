import { z } from 'zod';
import { capability } from '../capability.js';

export const recommend = capability({
  name: 'recommender.recommend',
  summary: 'Tidies the spaces of a text and counts its words.',
  timeoutMs: 10_000,
  input: z.object({ text: z.string().min(1).max(4_000) }),
  output: z.object({
    /** The text with single spaces, and none at its ends. */
    text: z.string(),
    words: z.number().int().nonnegative(),
  }),
  example: {
    input: { text: '  hello   world ' },
    output: { text: 'hello world', words: 2 },
  },
});
