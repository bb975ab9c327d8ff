import { spokenPieceSchema } from '@llmos/contracts/capabilities/speech';
import { z } from 'zod';
import type { Reply } from './reply.js';

const soundSchema = z.object({
  audio: z.object({ $bytes: z.base64() }).transform(({ $bytes }) => new Uint8Array(Buffer.from($bytes, 'base64'))),
  contentType: z.string(),
  durationSeconds: z.number(),
});
const { index, words } = spokenPieceSchema.shape.speech.shape;
const deltaSchema = z.object({ speech: soundSchema.extend({ index, words }) });

/** Sound as a file. */
export type Sound = z.infer<typeof soundSchema>;
/** A piece of a spoken answer: `index` is its place, `words` what is said. */
export type SpokenPiece = z.infer<typeof deltaSchema>['speech'];

/** The spoken answer in the details of a reply; undefined if it was not spoken. */
export function soundOf({ details }: Pick<Reply, 'details'>): Sound | undefined {
  return soundSchema.safeParse(details?.['speech']).data;
}

/** The spoken piece in a delta; undefined for every other delta. */
export function spokenPieceOf(delta: unknown): SpokenPiece | undefined {
  return deltaSchema.safeParse(delta).data?.speech;
}
