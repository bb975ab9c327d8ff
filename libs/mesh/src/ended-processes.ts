import { z } from 'zod';

const endedSchema = z.object({ type: z.literal('ended'), node: z.string().max(200) });

/**
 * Calls the listener for each process whose unexpected end the supervisor of this process has seen. Without a supervisor it is
 * never called, and the silence of a process tells its end. Returns a stop.
 */
export function onProcessEnded(listener: (node: string) => void): () => Promise<void> {
  const hear = (message: unknown) => {
    const { data } = endedSchema.safeParse(message);
    if (data) listener(data.node);
  };
  process.on('message', hear);
  return async () => void process.off('message', hear);
}
