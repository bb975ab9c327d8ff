import { z } from 'zod';

const message = "'name' is needed and must be a text.";

/** The name of a pipeline, and its input as the other fields. The pipeline itself defines and checks them. */
export const namedInput = z.looseObject({ name: z.string(message).min(1, message) });
export type NamedInput = z.infer<typeof namedInput>;
