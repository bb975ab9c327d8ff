import { z } from 'zod';

/** One setting: the environment variable it is read from and the schema (with its default) that checks it. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly env: string;
  readonly schema: S;
  /** The value of an absent variable, where it depends on other variables. */
  readonly fallback?: (environment: NodeJS.ProcessEnv) => string;
}
export type ConfigDefinition = Record<string, Setting>;
export type ConfigOf<D extends ConfigDefinition> = { readonly [K in keyof D]: z.output<D[K]['schema']> };

/** Declares one setting. The schema sees a string or undefined; give it a default unless it must be set. */
export function setting<S extends z.ZodType>(env: string, schema: S, fallback?: Setting['fallback']): Setting<S> {
  return { env, schema, ...(fallback ? { fallback } : {}) };
}

/** Declares what a process can be told; the only place where its environment variables are named. */
export function defineConfig<D extends ConfigDefinition>(definition: D): D {
  return definition;
}

/** `1`, `true`, `yes`, `on` → true; `0`, `false`, `no`, `off` or empty → false. */
export const flag = () =>
  z
    .enum(['1', 'true', 'yes', 'on', '0', 'false', 'no', 'off', ''])
    .transform((text) => ['1', 'true', 'yes', 'on'].includes(text));

/**
 * Reads a process's settings once, at boot.
 *
 * @throws Error naming every variable at fault and what is expected of it, never the value it has.
 */
export function loadConfig<D extends ConfigDefinition>(
  definition: D,
  environment: NodeJS.ProcessEnv = process.env,
): ConfigOf<D> {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [key, { env, schema, fallback }] of Object.entries(definition)) {
    const parsed = schema.safeParse(environment[env] ?? fallback?.(environment));
    if (parsed.success) values[key] = parsed.data;
    else faults.push(`  ${env}: ${parsed.error.issues.map((issue) => expectation(issue)).join('; ')}`);
  }
  if (faults.length > 0) throw new Error(`These settings cannot be used:\n${faults.join('\n')}`);
  return values as ConfigOf<D>;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`;
  return 'not in the expected form';
}
