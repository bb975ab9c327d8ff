import { z } from 'zod';
import { bytes, capability } from '../capability.js';

/** Sound as a file. */
export const soundSchema = z.object({
  /** A WAV file: 16 bit, one channel. */
  audio: bytes(),
  contentType: z.literal('audio/wav'),
  durationSeconds: z.number().nonnegative(),
});

/** A part of the output that is sent early: one spoken piece, a sentence or a part of a long one. */
export const spokenPieceSchema = z.object({
  speech: soundSchema.extend({
    /** From 0, in the order of the text. */
    index: z.number().int().nonnegative(),
    /** What is said, as it is written. */
    words: z.string(),
  }),
});

export const synthesize = capability({
  name: 'speech.synthesize',
  summary: 'Speaks an English text; each sentence is sent as soon as it is spoken.',
  timeoutMs: 60_000,
  input: z.object({
    text: z.string().min(1).max(4_000),
    /** Of the text; only English is spoken. `und` is taken for English. Absent: it is detected. */
    language: z.string().max(35).optional(),
  }),
  output: soundSchema.extend({
    sampleRate: z.number().int().positive(),
    pieces: z.number().int().nonnegative(),
    /** The voice, by its name in the catalog. */
    model: z.string(),
  }),
  example: {
    input: { text: 'You can change your PIN at any ATM.', language: 'en' },
    output: {
      audio: new Uint8Array([82, 73, 70, 70]),
      contentType: 'audio/wav',
      durationSeconds: 2.4,
      sampleRate: 22_050,
      pieces: 1,
      model: 'piper-joe',
    },
  },
});
