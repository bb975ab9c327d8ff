import { machineMemory, type MachineMemory, type MemoryNeed, type ModelStore } from '@llmos/models';
import { CHOSEN_USES, variableOf, type ChosenUse, type ModelChoice } from '@llmos/supervisor';
import { CliError } from '../cli-error.js';
import { modelsOfEnvironment } from '../models/chosen-models.js';
import { needOf } from '../models/need-of.js';
import { table } from '../terminal/table.js';
import { megabytes } from '../terminal/terminal.js';
import { openStore, type CommandContext } from './context.js';

export interface UseOptions {
  /** Chooses a model that does not fit into the memory, or whose need is not known. */
  readonly force?: boolean;
}

/**
 * Chooses the models that the services use from the next `llmos up` on, or without an argument shows them.
 *
 * @throws CliError when an argument is not `<use>=<model>`, when the model is for something else, and when a language
 * model needs more memory than this machine has, or has free; then nothing is chosen.
 */
export async function useModels(
  context: CommandContext,
  assignments: readonly string[],
  { force = false }: UseOptions,
  machine: MachineMemory = machineMemory(),
): Promise<number> {
  const store = await openStore(context);
  if (assignments.length === 0) return showChoice(context);
  const choice: ModelChoice = Object.fromEntries(assignments.map((assignment) => parse(assignment, store)));
  if (choice.generation) checkMemory(context, store, choice.generation, { machine, force });
  context.instance.models.write(choice);
  for (const use of CHOSEN_USES) if (choice[use]) await confirm(context, store, use, choice[use]);
  return 0;
}

function parse(assignment: string, store: ModelStore): [ChosenUse, string] {
  const [use, name] = assignment.split('=');
  if (!use || !name)
    throw new CliError(
      `"${assignment}" is not <use>=<model>`,
      `the uses are ${CHOSEN_USES.join(', ')}; an example: \`npx llmos models use generation=qwen2.5-0.5b\``,
    );
  const known = CHOSEN_USES.find((candidate) => candidate === use);
  if (!known)
    throw new CliError(
      `no model can be chosen for '${use}'`,
      `models can be chosen for ${CHOSEN_USES.join(', ')}; another voice is named by LLMOS_SPEECH_MODEL`,
    );
  const { use: actual } = store.describe(name);
  if (actual === known) return [known, name];
  throw new CliError(`${name} is a model for ${actual}, not for ${known}`, '`npx llmos models list` shows the uses');
}

function checkMemory(
  { config, terminal }: CommandContext,
  store: ModelStore,
  name: string,
  { machine, force }: { machine: MachineMemory; force: boolean },
): void {
  if (config.generationGpu !== 'off') {
    terminal.line(`  memory is not checked: LLMOS_GENERATION_GPU=${config.generationGpu} puts the model on the device`);
    return;
  }
  const need = needOf(store, name, config);
  if (!need) {
    if (force) return;
    throw new CliError(
      `The catalog does not say how much memory ${name} needs`,
      'add its `sizeBytes` and `shape`, or choose it with --force',
    );
  }
  const { total, free } = machine;
  terminal.line(`${name} needs about ${describe(need)}`);
  terminal.line(`This machine has ${megabytes(total)}, of which ${megabytes(free)} are free.`);
  if (need.total <= Math.min(total, free)) return;
  const room = need.total > total ? `this machine has ${megabytes(total)}` : `${megabytes(free)} are free`;
  const problem = `${name} needs about ${megabytes(need.total)} of memory, and ${room}`;
  if (force) terminal.note(`  ${problem}; it is chosen all the same (--force)`);
  else throw new CliError(problem, advice(need, total));
}

function describe({ weights, context, work, process, total }: MemoryNeed): string {
  const parts = [
    `${megabytes(weights)} weights`,
    `${megabytes(context)} context`,
    `${megabytes(work)} work space`,
    `${megabytes(process)} process`,
  ];
  return `${megabytes(total)} of memory: ${parts.join(' + ')}.`;
}

function advice(need: MemoryNeed, total: number): string {
  const smaller = 'choose a smaller model (`npx llmos models list` shows what each needs)';
  const context = 'lower LLMOS_GENERATION_CONTEXT or LLMOS_GENERATION_SEQUENCES';
  const stop = need.total <= total ? ', stop other programs (also `npx llmos down`)' : '';
  return `${smaller}, ${context}${stop}, or add --force to choose it all the same`;
}

async function confirm(
  { config, terminal, instance }: CommandContext,
  store: ModelStore,
  use: ChosenUse,
  name: string,
): Promise<void> {
  const size = store.sizeBytes(name);
  const missing = (await store.find(name)) ? '' : ` (${size ? megabytes(size) : 'size unknown'} to download)`;
  const when = instance.running() ? 'restart with `npx llmos down` and `npx llmos up`' : '`npx llmos up` uses it';
  terminal.line(`✓ ${use}: ${name}${missing}; ${when}`);
  const named = modelsOfEnvironment(config)[use];
  if (named) terminal.line(`  but ${variableOf(use)}=${named} is set, and comes first: unset it`);
  if (use === 'generation' && config.generationUrl)
    terminal.line('  but LLMOS_GENERATION_URL is set: that server answers, and no model is loaded here');
  if (use === 'embeddings') terminal.line('  all documents are embedded again once, and relevance is not calibrated');
}

function showChoice({ config, instance, terminal }: CommandContext): number {
  const chosen = instance.models.read();
  const named = modelsOfEnvironment(config);
  const rows = CHOSEN_USES.map((use) => [
    use,
    named[use] ?? chosen[use] ?? '',
    named[use] ? `set by ${variableOf(use)}` : chosen[use] ? 'chosen' : 'the default',
  ]);
  terminal.line(table(['use', 'model', ''], rows));
  return 0;
}
