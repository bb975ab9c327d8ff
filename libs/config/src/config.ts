import { z } from 'zod';

/** A setting: its environment variable, and the schema that checks the value and has the default. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly env: string;
  readonly schema: S;
  /** The value of an absent variable, if it depends on other variables. */
  readonly fallback?: (environment: NodeJS.ProcessEnv) => string | undefined;
}
export type ConfigDefinition = Record<string, Setting>;
export type ConfigOf<D extends ConfigDefinition> = { readonly [K in keyof D]: z.output<D[K]['schema']> };

/** Declares a setting. The schema receives a string or undefined. Without a default, the variable is required. */
export function setting<S extends z.ZodType>(env: string, schema: S, fallback?: Setting['fallback']): Setting<S> {
  return { env, schema, ...(fallback ? { fallback } : {}) };
}

/** Declares the settings of a process. Its environment variables are named only here. */
export function defineConfig<D extends ConfigDefinition>(definition: D): D {
  return definition;
}

/** `1`, `true`, `yes`, `on` → true; `0`, `false`, `no`, `off` or empty → false. */
export const flag = () =>
  z
    .enum(['1', 'true', 'yes', 'on', '0', 'false', 'no', 'off', ''])
    .transform((text) => ['1', 'true', 'yes', 'on'].includes(text));

/**
 * Reads the settings of a process once, at start.
 *
 * @throws Error naming every invalid variable and what is expected, never the value.
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
  if (faults.length > 0) throw new Error(`These settings are invalid:\n${faults.join('\n')}`);
  return values as ConfigOf<D>;
}

/** What is said of a check that has no words of its own: by zod, and by the contracts. */
const OF_ZOD = ['Invalid input', 'must have another value'];

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`;
  // What a setting says itself names no value.
  if (issue.code === 'custom' && !OF_ZOD.includes(issue.message)) return issue.message;
  return 'not in the expected form';
}
