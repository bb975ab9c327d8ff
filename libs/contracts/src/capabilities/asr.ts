import { z } from 'zod';
import { bytes, capability } from '../capability.js';

export const segmentSchema = z.object({
  /** Seconds from the start of the recording. */
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  /** How sure the model is of the words, 0 to 1: the geometric mean of the probabilities of its tokens. */
  confidence: z.number().min(0).max(1),
  text: z.string(),
});

export const transcribe = capability({
  name: 'asr.transcribe',
  summary: 'Transcribes a recording of English speech.',
  timeoutMs: 120_000,
  input: z.object({
    audio: bytes(),
    /** Needed for samples without a header, such as `audio/x-mulaw;rate=8000`; files declare themselves. */
    contentType: z.string().max(200).optional(),
  }),
  output: z.object({
    /** Empty if the recording has no speech. */
    text: z.string(),
    /** False for silence and noise. */
    speech: z.boolean(),
    language: z.string(),
    durationSeconds: z.number().nonnegative(),
    /** Whether the file ends before the recording does. The text is that of the part that arrived. */
    truncated: z.boolean(),
    segments: z.array(segmentSchema),
    /** Speech without a text: not English, or not clear enough. Most of it being so is `UNSUPPORTED_LANGUAGE`. */
    omitted: z.array(segmentSchema.omit({ text: true })),
    model: z.string(),
    /** Threads the model ran on, for the interpretation of a real-time factor. */
    threads: z.number().int().positive(),
  }),
  example: {
    input: { audio: new Uint8Array([82, 73, 70, 70]), contentType: 'audio/wav' },
    output: {
      text: 'My card has not arrived yet.',
      speech: true,
      language: 'en',
      durationSeconds: 1.9,
      truncated: false,
      segments: [{ start: 0.1, end: 1.8, confidence: 0.93, text: 'My card has not arrived yet.' }],
      omitted: [],
      model: 'moonshine-tiny',
      threads: 1,
    },
  },
});
