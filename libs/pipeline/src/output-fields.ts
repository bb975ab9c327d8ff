import type { Capability, Step } from '@llmos/contracts';
import { z } from 'zod';
import { templatePaths } from './template.js';

type Capabilities = ReadonlyMap<string, Capability>;

/** The fields that the output of a step can have, its fallback included; undefined if they are not known. */
export function outputFields({ uses, fallback }: Step, capabilities: Capabilities): ReadonlySet<string> | undefined {
  const own = shapeOf(uses, capabilities);
  if (!own) return undefined;
  if (!fallback) return new Set(Object.keys(own));
  const other = 'uses' in fallback ? shapeOf(fallback.uses, capabilities) : fallback.output;
  return other && new Set([...Object.keys(own), ...Object.keys(other)]);
}

/**
 * What is wrong with the output that a fallback gives, by field: a value that the capability could not have given. Fields
 * that the capability does not have are for later steps to read, and expressions are known when the run is.
 */
export function outputFaults({ uses, fallback }: Step, capabilities: Capabilities): [field: string, fault: string][] {
  if (!fallback || 'uses' in fallback) return [];
  const shape = shapeOf(uses, capabilities);
  return Object.entries(fallback.output).flatMap(([field, value]): [string, string][] => {
    const schema = shape?.[field];
    if (!schema || templatePaths(value).length > 0) return [];
    const { error } = schema.safeParse(value);
    return error ? [[field, `is not what '${uses}' gives as '${field}': ${error.issues[0]!.message}`]] : [];
  });
}

function shapeOf(uses: string, capabilities: Capabilities): Readonly<Record<string, z.ZodType>> | undefined {
  const output = capabilities.get(uses)?.output;
  return output instanceof z.ZodObject ? (output.shape as Record<string, z.ZodType>) : undefined;
}
