import { z } from 'zod';

/**
 * The vector of a text, passed on to a later step that needs the same one. The receiver uses it if `model` is its own
 * model and `of` is the text that it would embed; otherwise it embeds the text itself.
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
