import type { GatewayClient, Reply, RunInput } from '@llmos/client';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { progressLine } from '../terminal/progress-line.js';
import { table } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { workBar } from '../terminal/work-bar.js';
import { gatewayClient, type CommandContext } from './context.js';
import { questionLines, questionsOf } from './questions.command.js';
import {
  batchesOf,
  findFiles,
  readDocument,
  skippedText,
  type DocumentFile,
  type FileProblem,
  type FoundFiles,
} from './document-files.js';

export interface DocumentsOptions {
  readonly json?: boolean;
  readonly url?: string;
}

export interface SyncOptions extends DocumentsOptions {
  readonly collection?: string;
  /** An empty folder deletes every document of the collection. */
  readonly allowEmpty?: boolean;
}

const IMPORT = 'import_documents';
const PAGE = 1_000;

const countsSchema = z.object({
  read: z.number(),
  stored: z.number(),
  unchanged: z.number(),
  failed: z.number(),
  deleted: z.number(),
  faults: z.array(z.object({ source: z.string(), reason: z.string() })),
});
type Counts = z.infer<typeof countsSchema>;
const listSchema = z.object({
  documents: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      shared: z.boolean(),
      source: z.string().optional(),
      collection: z.string().optional(),
    }),
  ),
  next: z.string().optional(),
});
export type Listed = z.infer<typeof listSchema>['documents'][number];
const shownSchema = z.object({
  document: z.object({ id: z.string(), title: z.string(), text: z.string(), source: z.string().optional() }),
  passages: z.array(z.object({ id: z.string(), text: z.string() })),
});
const deletedSchema = z.object({ removed: z.object({ deleted: z.boolean() }) });

/** `llmos documents add`: imports files, folders and pages. Exit code 1 if one of them failed. */
export async function addDocuments(
  context: CommandContext,
  sources: readonly string[],
  options: DocumentsOptions,
): Promise<number> {
  const urls = sources.filter((source) => /^https?:\/\//iu.test(source));
  const found = sources.filter((source) => !urls.includes(source)).map(findFiles);
  return withImport(context, options, async (run) => {
    await run.sendFiles(joined(found), {});
    if (urls.length > 0) await run.sendPages(urls);
  });
}

/** `llmos documents sync`: makes a collection equal to a folder. Exit code 1 if a file failed. */
export async function syncDocuments(
  context: CommandContext,
  folder: string,
  { collection = basename(resolve(folder)), allowEmpty = false, ...options }: SyncOptions,
): Promise<number> {
  const found = findFiles(folder);
  if (found.files.length + found.problems.length === 0 && !allowEmpty)
    throw new CliError(
      `${folder} has no documents: to sync it would delete every document of the collection '${collection}'`,
      'check the folder, or delete them all with --allow-empty',
    );
  return withImport(context, options, async (run) => {
    await run.sendFiles(found, { collection });
    const keep = [...found.files.map(({ name }) => name), ...found.problems.map(({ source }) => source)];
    await run.send({ collection, keep });
  });
}

/** Every document that the key of the client may see. */
export async function documentsOf(client: GatewayClient): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let after: string | undefined, more = true; more;) {
    const page = detailsOf(listSchema, await client.process('list_documents', { limit: PAGE, after }));
    all.push(...page.documents);
    after = page.next;
    more = after !== undefined;
  }
  return all;
}

/** `llmos documents list`. */
export async function listDocuments(context: CommandContext, { json, url }: DocumentsOptions): Promise<number> {
  const all = await documentsOf(gatewayClient(context, url));
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify({ documents: all }));
  else if (all.length === 0) terminal.line('There are no documents.');
  else
    terminal.line(
      table(
        ['id', 'title', 'from'],
        all.map((each) => [each.id, cut(each.title), originOf(each)]),
      ),
    );
  return 0;
}

/** `llmos documents show`: the document as it is read, passage by passage, and the questions that it answered. */
export async function showDocument(
  context: CommandContext,
  id: string,
  { json, url }: DocumentsOptions,
): Promise<number> {
  const client = gatewayClient(context, url);
  const { document, passages } = detailsOf(shownSchema, await client.process('show_document', { id }));
  const asked = await questionsOf(client, id);
  const { terminal } = context;
  if (json) {
    terminal.line(JSON.stringify({ document, passages, ...(asked ? { asked } : {}) }));
    return 0;
  }
  terminal.line(`${document.title}${document.source ? `  (${document.source})` : ''}`);
  for (const passage of passages) terminal.line(`\n${passage.id}\n${passage.text}`);
  terminal.line('');
  if (asked) for (const line of questionLines(asked, 'answered')) terminal.line(line);
  else terminal.note('The questions that it answered are shown to keys with the role operator.');
  return 0;
}

/** `llmos documents delete`. Exit code 1 if there is no such document. */
export async function deleteDocuments(
  context: CommandContext,
  ids: readonly string[],
  { url }: DocumentsOptions,
): Promise<number> {
  const client = gatewayClient(context, url);
  let missing = 0;
  for (const id of ids) {
    const { removed } = detailsOf(deletedSchema, await client.process('delete_document', { id }));
    if (!removed.deleted) missing++;
    context.terminal.line(removed.deleted ? `Deleted ${id}` : `There is no document '${id}' of this tenant`);
  }
  return missing > 0 ? 1 : 0;
}

async function withImport(
  context: CommandContext,
  { json, url }: DocumentsOptions,
  work: (run: Import) => Promise<void>,
): Promise<number> {
  const leaving = new AbortController();
  const onSignal = () => leaving.abort(new CliError('The import was cancelled; what was stored stays'));
  process.once('SIGINT', onSignal);
  try {
    const run = new Import(context.terminal, gatewayClient(context, url, { signal: leaving.signal }));
    await work(run);
    return run.show(json === true);
  } finally {
    process.removeListener('SIGINT', onSignal);
  }
}

/** One import in several requests, and the sum of their results. */
class Import {
  private readonly sum: Counts = { read: 0, stored: 0, unchanged: 0, failed: 0, deleted: 0, faults: [] };

  constructor(
    private readonly terminal: Terminal,
    private readonly client: GatewayClient,
  ) {}

  async sendFiles({ files, problems, skipped }: FoundFiles, fields: RunInput): Promise<void> {
    for (const problem of problems) this.fail(problem);
    if (skipped.length > 0) this.terminal.note(skippedText(skipped));
    if (files.length === 0) return;
    const bar = workBar(this.terminal, 'files', files.length);
    try {
      for (const batch of batchesOf(files)) await this.sendBatch(batch, fields, () => bar.advance());
    } finally {
      bar.stop();
    }
  }

  async sendPages(urls: readonly string[]): Promise<void> {
    const progress = progressLine(this.terminal);
    try {
      await this.send({ urls }, (delta) => progress.show(delta));
    } finally {
      progress.stop();
    }
  }

  async send(fields: RunInput, onDelta: (delta: unknown) => void = () => undefined): Promise<void> {
    const { faults, ...counts } = detailsOf(countsSchema, await this.client.run(IMPORT, fields, { onDelta }));
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) this.sum[name] += counts[name];
    this.sum.faults.push(...faults);
  }

  show(json: boolean): number {
    const { faults, ...counts } = this.sum;
    if (json) this.terminal.line(JSON.stringify(this.sum));
    else {
      const { stored, unchanged, deleted, failed } = counts;
      const gone = deleted > 0 ? `, ${deleted} deleted` : '';
      this.terminal.line(`${stored} documents are new or changed, ${unchanged} unchanged${gone}, ${failed} failed.`);
      if (faults.length > 0)
        this.terminal.line(
          table(
            ['failed', 'because it'],
            faults.map(({ source, reason }) => [source, reason]),
          ),
        );
    }
    return counts.failed > 0 ? 1 : 0;
  }

  /** The import reports documents, of which a file may have many or none: the bar counts files. */
  private async sendBatch(batch: readonly DocumentFile[], fields: RunInput, advance: () => void): Promise<void> {
    const read = batch.map(readDocument);
    for (const each of read) if ('reason' in each) this.fail(each);
    const files = read.filter((each) => 'base64' in each);
    let shown = 0;
    const showUpTo = (count: number): void => {
      for (; shown < Math.min(count, batch.length); shown++) advance();
    };
    const onDelta = (delta: unknown): void => showUpTo((delta as { read?: number }).read ?? 0);
    if (files.length > 0) await this.send({ ...fields, files }, onDelta);
    showUpTo(batch.length);
  }

  private fail(problem: FileProblem): void {
    this.sum.failed++;
    this.sum.faults.push(problem);
  }
}

function joined(found: readonly FoundFiles[]): FoundFiles {
  return {
    files: found.flatMap(({ files }) => files),
    problems: found.flatMap(({ problems }) => problems),
    skipped: found.flatMap(({ skipped }) => skipped),
  };
}

function detailsOf<T>(schema: z.ZodType<T>, { details }: Reply): T {
  return schema.parse(details);
}

function originOf({ shared, source, collection }: Listed): string {
  if (shared) return 'shared';
  return collection === undefined ? (source ?? '') : `${collection}: ${source ?? ''}`;
}

function cut(title: string): string {
  return title.length > 60 ? `${title.slice(0, 59)}…` : title;
}
