import { z } from 'zod';
import type { Note } from '../ports/note-store.port.js';

/** A number of a unit vector in one byte: enough to compare meanings, and a quarter of the size. */
const SCALE = 127;

const noteSchema = z.object({
  questions: z.array(z.string()),
  unanswered: z.array(z.object({ text: z.string(), vector: z.string().optional() })),
  model: z.string(),
  answer: z.string(),
  documents: z.array(z.string()),
  passages: z.array(z.string()),
  user: z.string().optional(),
  feedback: z
    .object({
      helpful: z.boolean(),
      correction: z.string().optional(),
      comment: z.string().optional(),
      atMs: z.number(),
    })
    .optional(),
});

/** A note as JSON, its vectors as signed bytes in base64. */
export function encodeNote(note: Note): Uint8Array {
  const unanswered = note.unanswered.map(({ text, vector }) => ({ text, ...(vector && { vector: packed(vector) }) }));
  return Buffer.from(JSON.stringify({ ...note, unanswered }));
}

/** @throws Error if the bytes are no note. */
export function decodeNote(bytes: Uint8Array): Note {
  const { unanswered, ...note } = noteSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    ...note,
    unanswered: unanswered.map(({ text, vector }) => ({ text, ...(vector && { vector: unpacked(vector) }) })),
  };
}

function packed(vector: Float32Array): string {
  return Buffer.from(Int8Array.from(vector, (value) => Math.round(value * SCALE)).buffer).toString('base64');
}

function unpacked(text: string): Float32Array {
  return Float32Array.from(new Int8Array(Buffer.from(text, 'base64')), (value) => value / SCALE);
}
