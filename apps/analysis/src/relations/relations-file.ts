import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { entityTypes } from '@llmos/contracts/capabilities/analysis';
import { parse } from 'yaml';
import { z } from 'zod';
import { compilePattern, type EntityType, type RelationPattern } from './relation-pattern.js';

const types = z.array(z.enum(entityTypes)).min(1);
const phrases = z.array(z.string().min(1).max(1_000)).max(200);

const fileSchema = z.strictObject({
  /** Phrases that negate a relation, such as `never`. */
  unless: phrases.default([]),
  relations: z
    .array(
      z.strictObject({
        type: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "a relation's type is lower-case letters, digits and '_'"),
        subject: types,
        object: types,
        patterns: phrases.min(1),
        confidence: z.number().min(0).max(1).default(0.85),
      }),
    )
    .min(1)
    .max(100),
});

export interface RelationRule {
  readonly type: string;
  readonly subject: ReadonlySet<EntityType>;
  readonly object: ReadonlySet<EntityType>;
  readonly patterns: readonly RelationPattern[];
  readonly confidence: number;
}

export interface RelationRules {
  readonly unless: readonly string[];
  readonly relations: readonly RelationRule[];
}

/** @throws LlmosError INVALID_ARGUMENT naming the faulty entry. */
export function parseRelations(yaml: string): RelationRules {
  const parsed = fileSchema.safeParse(parse(yaml));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const message = `The relations file is invalid at ${issue.path.join('.')}: ${issue.message}.`;
    throw new LlmosError('INVALID_ARGUMENT', message);
  }
  const { unless, relations } = parsed.data;
  return {
    unless: unless.map((phrase) => ` ${phrase.toLowerCase()} `),
    relations: relations.map(({ type, subject, object, patterns, confidence }) => ({
      type,
      subject: new Set(subject),
      object: new Set(object),
      patterns: patterns.map(compilePattern),
      confidence,
    })),
  };
}

/** Rejects with `UNAVAILABLE` when the file cannot be read. */
export async function readRelations(path: string): Promise<RelationRules> {
  const yaml = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new LlmosError('UNAVAILABLE', `The relations file ${path} cannot be read.`, { cause });
  });
  return parseRelations(yaml);
}
