import { capability, loadCapabilities, serviceOf } from './capability.js';
import { isRunId, newRunId, tagOf } from './ids.js';
import { parseIntakeSubject, subjects } from './subjects.js';
import { z } from 'zod';

describe('the contract of a capability', () => {
  it('has an example that its own schemas accept', async () => {
    const capabilities = await loadCapabilities();
    expect([...capabilities.keys()]).toEqual(
      expect.arrayContaining(['asr.transcribe', 'intent.detect', 'retrieval.search', 'generation.answer']),
    );
    for (const { name, input, output, example } of capabilities.values()) {
      expect({ name, ...input.safeParse(example.input) }).toMatchObject({ name, success: true });
      expect({ name, ...output.safeParse(example.output) }).toMatchObject({
        name,
        success: true,
        data: example.output,
      });
    }
  });

  it('bounds the length of every list in its input, so that a million faults cannot exhaust the memory', async () => {
    const unbounded = [...(await loadCapabilities()).values()].flatMap(({ name, input }) =>
      unboundedLists(input, name),
    );
    expect(unbounded).toEqual([]);
  });

  it('has a name of the form <service>.<verb>', () => {
    const of = (name: string) => () =>
      capability({ name, summary: '', input: z.any(), output: z.any(), example: { input: 1, output: 1 } });
    expect(serviceOf(of('asr.transcribe')().name)).toBe('asr');
    for (const name of ['asr', 'asr.', 'Asr.x', 'a.b.c', 'a b.c', 'asr.>']) expect(of(name)).toThrow();
  });
});

describe('run ids', () => {
  it('are UUIDv7 and sort by time', () => {
    const early = newRunId();
    for (const startedAt = Date.now(); Date.now() === startedAt;);
    const later = newRunId();
    expect(isRunId(early) && isRunId(later)).toBe(true);
    expect(early < later).toBe(true);
    expect(new Set(Array.from({ length: 10_000 }, () => newRunId())).size).toBe(10_000);
  });

  it('end with the tag of their listener, which is part of the subject of their answers', () => {
    const run = newRunId('beef');
    expect(isRunId(run)).toBe(true);
    expect(tagOf(run)).toBe('beef');
    expect(subjects.answer(run)).toBe(`llmos.answer.beef.${run}`);
  });
});

describe('subjects', () => {
  it('refuse a token that would address another subject', () => {
    for (const bad of ['a.b', '*', '>', '', 'a b', 'x'.repeat(65)])
      expect(() => subjects.intake(bad, 'p')).toThrow(/1 to 64/);
    expect(parseIntakeSubject('llmos.in.acme.voice')).toEqual({ tenant: 'acme', pipeline: 'voice', role: 'caller' });
    for (const bad of ['llmos.in.acme', 'llmos.in.acme.a.b', 'llmos.in..p', 'llmos.in.~operator.acme'])
      expect(parseIntakeSubject(bad)).toBeUndefined();
  });

  it('distinguish events of operators from those of callers, whatever the name of the tenant', () => {
    const operators = { tenant: 'acme', pipeline: 'rotate_key', role: 'operator' };
    expect(parseIntakeSubject(subjects.operatorIntake('acme', 'rotate_key'))).toEqual(operators);
    expect(() => subjects.intake('~operator', 'acme')).toThrow(/1 to 64/);
    expect(parseIntakeSubject(subjects.intake('operator', 'rotate_key'))).toMatchObject({ role: 'caller' });
    for (const bad of ['llmos.in.~operator.acme.a.b', 'llmos.in.~operator.~operator.p'])
      expect(parseIntakeSubject(bad)).toBeUndefined();
  });
});

/** Paths of the arrays and records in a schema that have no largest length. */
function unboundedLists(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, field]) => unboundedLists(field, `${path}.${key}`));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unboundedLists(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unboundedLists(option, path));
  if (schema instanceof z.ZodRecord) return [path];
  if (!(schema instanceof z.ZodArray)) return [];
  const isBounded = (schema.def.checks ?? []).some(({ _zod }) => _zod.def.check === 'max_length');
  return [...(isBounded ? [] : [path]), ...unboundedLists(schema.element, `${path}[]`)];
}
