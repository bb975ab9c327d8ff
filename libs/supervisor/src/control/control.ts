import { z } from 'zod';

/** What the commands ask of a running supervisor. */
export const commandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('scale'), counts: z.record(z.string(), z.number().int()) }),
  /** Replaces the processes of these services, of all without names, one after the other. */
  z.object({ type: z.literal('restart'), services: z.array(z.string()) }),
]);
export type ControlCommand = z.infer<typeof commandSchema>;

/** The lines of an answer: what happens, and then how it ended. */
export const controlLineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('report'), line: z.string() }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('failed'), message: z.string(), hint: z.string().optional() }),
]);
export type ControlLine = z.infer<typeof controlLineSchema>;
