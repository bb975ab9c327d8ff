import { z } from 'zod';

/**
 * A text's vector on its way to the next step that would ask for the same one. Whoever gets it checks that `model` is
 * its own and `of` the text it would have embedded, and embeds anew otherwise.
 */
export const textEmbeddingSchema = z.object({
  /** The catalog's name of the embedding model. */
  model: z.string(),
  /** SHA-256 of the embedded text (UTF-8), in hex. */
  of: z.string(),
  /** Float32, little-endian, L2-normalised, in base64. */
  vector: z.string(),
});
export type TextEmbeddingValue = z.infer<typeof textEmbeddingSchema>;
