import { pipelineSchema, type Capability, type Pipeline } from '@llmos/contracts';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ExpressionError, pathsOf } from './expression.js';
import { lineOf } from './line-of.js';
import { outputFaults, outputFields } from './output-fields.js';
import { expressionOf, templatePaths } from './template.js';

/** One fault in a pipeline file. */
export interface PipelineFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The place in the structure of the file, such as `steps.1.uses`. */
  readonly path: string;
  readonly message: string;
}

/** Its message has one line for each fault: `<file>:<line>: <path>: <message>`. */
export class PipelineError extends Error {
  constructor(readonly faults: readonly PipelineFault[]) {
    super(
      faults
        .map(({ file, line, path, message }) => [`${file}:${line}`, path, message].filter(Boolean).join(': '))
        .join('\n'),
    );
    this.name = 'PipelineError';
  }
}

type Path = readonly PropertyKey[];

/**
 * Parses a pipeline file and checks it against the capabilities of the installation.
 *
 * @param file the name shown in faults.
 * @throws PipelineError with every fault in the file.
 */
export function parsePipeline(text: string, file: string, capabilities: ReadonlyMap<string, Capability>): Pipeline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const fail = (faults: readonly Omit<PipelineFault, 'file'>[]): never => {
    throw new PipelineError(faults.map((fault) => ({ file, ...fault })));
  };
  const fault = (path: Path, message: string) => ({
    line: lineOf(document, lines, path),
    path: path.map(String).join('.'),
    message,
  });
  if (document.errors.length > 0)
    fail(
      document.errors.map(({ linePos, message }) => ({
        line: linePos?.[0].line ?? 1,
        path: '',
        message: message.split('\n')[0]!,
      })),
    );
  const parsed = pipelineSchema.safeParse(document.toJS({ maxAliasCount: 50 }));
  if (!parsed.success) return fail(parsed.error.issues.map((issue) => fault(issue.path, issue.message)));
  const faults = check(parsed.data, capabilities).map(([path, message]) => fault(path, message));
  if (faults.length > 0) fail(faults);
  return parsed.data;
}

function check(pipeline: Pipeline, capabilities: ReadonlyMap<string, Capability>): [Path, string][] {
  const faults: [Path, string][] = [];
  /** The earlier steps, and the fields of their outputs where they are known. */
  const seen = new Map<string, ReadonlySet<string> | undefined>();
  const readable = (path: Path, read: () => readonly (readonly string[])[]) => {
    try {
      for (const reference of read()) {
        const message = unknownReference(reference, pipeline, seen);
        if (message) faults.push([path, message]);
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      faults.push([path, error.message]);
    }
  };
  pipeline.steps.forEach((step, index) => {
    const at = ['steps', index];
    if (step.id === 'input' || step.id === 'pipeline' || seen.has(step.id))
      faults.push([[...at, 'id'], `another step, the input or the pipeline has the id '${step.id}'`]);
    const { when } = step;
    if (when !== undefined) readable([...at, 'when'], () => pathsOf(expressionOf(when)));
    for (const [key, template] of Object.entries(step.with))
      readable([...at, 'with', key], () => templatePaths(template));
    const called = (place: Path, found: [Path, string][]) =>
      faults.push(...found.map(([path, message]): [Path, string] => [[...place, ...path], message]));
    called(at, checkCall(step.uses, step.with, capabilities));
    const { fallback } = step;
    if (fallback) {
      readable([...at, 'fallback'], () => templatePaths(fallback));
      if ('uses' in fallback) called([...at, 'fallback'], checkCall(fallback.uses, fallback.with, capabilities));
      if ('uses' in fallback && fallback.uses === step.uses)
        faults.push([[...at, 'fallback', 'uses'], `a step cannot be its own fallback`]);
      for (const [field, message] of outputFaults(step, capabilities))
        faults.push([[...at, 'fallback', 'output', field], message]);
    }
    seen.set(step.id, outputFields(step, capabilities));
  });
  readable(['result'], () => templatePaths(pipeline.result));
  for (const [key, template] of Object.entries(pipeline.details))
    readable(['details', key], () => templatePaths(template));
  return faults;
}

function unknownReference(
  path: readonly string[],
  pipeline: Pipeline,
  seen: ReadonlyMap<string, ReadonlySet<string> | undefined>,
): string | undefined {
  const [root, field] = path;
  if (root === 'input') {
    if (field === undefined || Object.hasOwn(pipeline.input, field)) return undefined;
    return `the pipeline has no input '${field}'; its inputs are: ${Object.keys(pipeline.input).join(', ') || 'none'}`;
  }
  if (root === 'pipeline')
    return field === 'greeting' && path.length === 2
      ? undefined
      : `of the pipeline, only 'pipeline.greeting' can be read`;
  if (!seen.has(root!))
    return `'${root}' is neither 'input' nor an earlier step; the earlier steps are: ${[...seen.keys()].join(', ') || 'none'}`;
  const fields = seen.get(root!);
  if (!fields || field === undefined || fields.has(field)) return undefined;
  return `the output of '${root}' has no '${field}'; it has: ${[...fields].join(', ')}`;
}

function checkCall(
  uses: string,
  input: Record<string, unknown>,
  capabilities: ReadonlyMap<string, Capability>,
): [Path, string][] {
  const capability = capabilities.get(uses);
  if (!capability)
    return [
      [['uses'], `there is no capability '${uses}'; the capabilities are: ${[...capabilities.keys()].join(', ')}`],
    ];
  if (!(capability.input instanceof z.ZodObject)) return [];
  const shape = capability.input.shape as Record<string, z.ZodType>;
  const unknown = Object.keys(input).filter((key) => !Object.hasOwn(shape, key));
  const missing = Object.keys(shape).filter(
    (key) => !Object.hasOwn(input, key) && !shape[key]!.safeParse(undefined).success,
  );
  return [
    ...unknown.map((key): [Path, string] => [
      ['with', key],
      `'${uses}' has no input '${key}'; its inputs are: ${Object.keys(shape).join(', ')}`,
    ]),
    ...missing.map((key): [Path, string] => [['with'], `'${uses}' requires '${key}'`]),
  ];
}
