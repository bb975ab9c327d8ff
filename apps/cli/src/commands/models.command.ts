import { CliError } from '../cli-error.js';
import { modelsToFetch } from '../models/chosen-models.js';
import { fetchModels } from '../models/fetch-models.js';
import { needOf } from '../models/need-of.js';
import { table } from '../terminal/table.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { natsServer, openStore, redisServer, type CommandContext } from './context.js';

/** Shows the catalog, which models are on this machine, and what a language model needs in memory. */
export async function listModels(context: CommandContext, { json }: { json?: boolean }): Promise<number> {
  const store = await openStore(context);
  const models = (await store.list()).map((model) => {
    const need = needOf(store, model.name, context.config);
    return need ? { ...model, memoryBytes: need.total } : model;
  });
  if (json) context.terminal.line(JSON.stringify(models));
  else {
    const rows = models.map(({ name, use, present, sizeBytes, licence, description, ...model }) => [
      name,
      use,
      present ? 'present' : '',
      sizeBytes ? megabytes(sizeBytes) : '',
      'memoryBytes' in model ? megabytes(model.memoryBytes) : '',
      licence,
      description,
    ]);
    context.terminal.line(table(['model', 'use', '', 'size', 'memory', 'licence', 'description'], rows));
  }
  return 0;
}

/** Downloads models by name; with `default`, or without a name, those of the sample pipelines, and the servers. */
export async function pullModels(
  context: CommandContext,
  names: readonly string[],
  options: { default?: boolean },
): Promise<number> {
  const { terminal } = context;
  const from = Date.now();
  const store = await openStore(context);
  const report = transferReport(terminal);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new CliError('Stopped', 'run it again to resume the download')));
  const withDefault = options.default === true || names.length === 0;
  if (withDefault) {
    await natsServer(context, store, report, interrupted.signal);
    await redisServer(context, store, report, interrupted.signal);
  }
  const wanted = [
    ...new Set([...(withDefault ? modelsToFetch(context.config, context.instance.models.read()) : []), ...names]),
  ];
  for (const name of wanted) store.describe(name);
  const fetched = await fetchModels(store, wanted, report, interrupted.signal);
  const result = fetched === 0 ? 'models are present' : `${fetched} model${fetched === 1 ? '' : 's'} downloaded`;
  terminal.line(`✓ ${result} (${seconds(Date.now() - from)})`);
  return 0;
}

/**
 * Checks the hashes of the files of the named models, or of all present models and their optimised files. Exit code 1
 * when one differs.
 */
export async function verifyModels(context: CommandContext, names: readonly string[]): Promise<number> {
  const store = await openStore(context);
  const chosen =
    names.length > 0 ? names : (await store.list()).filter(({ present }) => present).map(({ name }) => name);
  const rows: string[][] = [];
  for (const name of chosen)
    for (const [file, state] of Object.entries(await store.verify(name))) rows.push([name, file, state]);
  if (names.length === 0)
    for (const [file, same] of await store.verifyOptimised())
      rows.push(['optimised', file, same ? 'ok' : `mismatch → delete its folder in ${store.optimised}`]);
  context.terminal.line(
    rows.length === 0 ? 'No model is present → run `npx llmos models pull`' : table(['model', 'file', 'state'], rows),
  );
  return rows.every(([, , state]) => state === 'ok') ? 0 : 1;
}
