import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { catalogSchema, type CatalogData, type CatalogModel, type SourceSpec } from './model-catalog.schema.js';

/** One file of a model for this platform. */
export interface CatalogFile {
  readonly key: string;
  readonly filename: string;
  readonly executable: boolean;
  readonly sha256: string;
  readonly sizeBytes?: number;
  readonly sources: readonly SourceSpec[];
}

const MAX_ISSUES = 10;

/** The models with their files and licences, read from `deploy/models.yaml`. */
export class ModelCatalog {
  /** @throws LlmosError INVALID_ARGUMENT naming file, line and problem. */
  static async read(path: string): Promise<ModelCatalog> {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new LlmosError('NOT_FOUND', `The model catalog ${path} could not be read.`, { cause });
    });
    return ModelCatalog.parse(text, path);
  }

  /** @param origin the name of the text in error messages. */
  static parse(text: string, origin = 'models.yaml'): ModelCatalog {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const [broken] = document.errors;
    if (broken) throw invalid(origin, [`line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`]);
    const parsed = catalogSchema.safeParse(document.toJS());
    if (parsed.success) return new ModelCatalog(parsed.data);
    throw invalid(
      origin,
      parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => describeIssue(document, lines, issue)),
    );
  }

  private constructor(private readonly data: CatalogData) {}

  get names(): string[] {
    return Object.keys(this.data.models);
  }

  /** The default address of `hf:` sources. */
  get hubUrl(): string | undefined {
    return this.data.hubUrl;
  }

  /** @throws LlmosError NOT_FOUND listing the known names. */
  model(name: string): CatalogModel {
    const model = Object.hasOwn(this.data.models, name) ? this.data.models[name] : undefined;
    if (model) return model;
    throw new LlmosError('NOT_FOUND', `There is no model "${name}" in the catalog. It has: ${this.names.join(', ')}.`, {
      field: 'model',
    });
  }

  /**
   * The files of a model for a platform such as `linux-x64`.
   * @throws LlmosError UNAVAILABLE if a file does not exist for it.
   */
  files(name: string, platform: string): CatalogFile[] {
    return Object.entries(this.model(name).files).map(([key, { platforms, sources, ...file }]) => {
      if (!platforms) return { ...file, key, sha256: file.sha256 ?? '', sources: sources ?? [] };
      const content = platforms[platform];
      if (content) return { ...file, ...content, filename: content.filename ?? file.filename, key };
      const known = Object.keys(platforms).join(', ');
      throw new LlmosError('UNAVAILABLE', `${name}/${key} does not exist for ${platform}, only for: ${known}.`, {
        field: 'model',
      });
    });
  }
}

function invalid(origin: string, problems: readonly string[]): LlmosError {
  return new LlmosError(
    'INVALID_ARGUMENT',
    `The model catalog ${origin} is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

function describeIssue(document: Document, lines: LineCounter, issue: z.core.$ZodIssue): string {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const line = lineOf(document, lines, path);
  return `${line === undefined ? '' : `line ${line}: `}${path.join('.')}: ${issue.message}`;
}

/** The line of the innermost existing node on the path: a missing key is reported at its parent. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
