import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import './issues.js';

/**
 * The contract of one capability: the input and output of a step. The contract test round-trips `example`, and the
 * documentation shows it.
 */
export interface Capability<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `<service>.<verb>`, such as `asr.transcribe`. */
  readonly name: string;
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: z.input<I>; readonly output: z.input<O> };
  /**
   * The input fields that a model reads, in this order, if a replica that has read the same beginning before answers
   * sooner. Live tasks then go to the replica that is expected to begin its answer first.
   */
  readonly reads?: readonly string[];
  /** The longest duration of one call, in milliseconds, also where the deadline of the run allows more. */
  readonly timeoutMs: number;
}

export type InputOf<C extends Capability> = z.output<C['input']>;
export type OutputOf<C extends Capability> = z.output<C['output']>;

const NAME = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;

/** Declares a capability. @throws Error if the name is not `<service>.<verb>`. */
export function capability<I extends z.ZodType, O extends z.ZodType>(
  definition: Omit<Capability<I, O>, 'timeoutMs'> & { timeoutMs?: number },
): Capability<I, O> {
  if (!NAME.test(definition.name)) throw new Error(`'${definition.name}' is not <service>.<verb> in lower case`);
  return { timeoutMs: 30_000, ...definition };
}

/** `asr.transcribe` → `asr`. */
export function serviceOf(capabilityName: string): string {
  return capabilityName.slice(0, capabilityName.indexOf('.'));
}

function isCapability(value: unknown): value is Capability {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'input' in value &&
    'output' in value &&
    'example' in value
  );
}

/** Every capability, by name, from all files in `capabilities/`: a new file adds its capabilities. */
export async function loadCapabilities(): Promise<Map<string, Capability>> {
  const folder = new URL('./capabilities/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => /\.(js|ts)$/.test(file) && !/\.(spec|d)\./.test(file));
  const found = new Map<string, Capability>();
  for (const file of files.sort()) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) if (isCapability(value)) found.set(value.name, value);
  }
  return found;
}

/** Raw bytes, such as a sound file. They are sent in frames, not as JSON. */
export const bytes = () => z.instanceof(Uint8Array);
