import { signalsOutputSchema } from '@llmos/contracts/capabilities/scheduler-signals';
import { checkReplicaCounts, controlInstance, findServiceApps } from '@llmos/supervisor';
import { availableParallelism, freemem, hostname } from 'node:os';
import { CliError } from '../cli-error.js';
import { readClusterFile, type PlanRequest } from '../plan/cluster-file.js';
import { kubernetesPatches } from '../plan/kubernetes-patch.js';
import { planPicture } from '../plan/plan-picture.js';
import { planReplySchema, type PlanReply } from '../plan/plan-reply.js';
import { runningCluster } from '../plan/running-cluster.js';
import { progressBar } from '../terminal/progress-bar.js';
import { table } from '../terminal/table.js';
import { milliseconds, percent, seconds } from '../terminal/terminal.js';
import { writePicture } from '../terminal/write-picture.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface PlanOptions {
  /** Without one: what runs on this machine, as it was used in the last minute. */
  readonly file?: string;
  readonly solver?: PlanRequest['solver'];
  readonly budget?: number;
  readonly seed?: number;
  readonly explain?: boolean;
  readonly svg?: string;
  readonly patch?: boolean;
  readonly apply?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/**
 * `llmos plan`: places the services of a cluster file on its nodes, or those that run on this machine. Nothing is changed without `--apply`. The exit code is
 * 1 if something has no place.
 */
export async function plan(context: CommandContext, options: PlanOptions): Promise<number> {
  const request = await requestOf(context, options);
  const reply = await ask(context, request, options);
  if (options.svg !== undefined) writePicture(options.svg, planPicture(request, reply.placements));
  const { terminal } = context;
  if (options.json) terminal.line(JSON.stringify(reply));
  else if (options.patch) for (const line of kubernetesPatches(reply.placements)) terminal.line(line);
  else show(context, reply, options);
  if (reply.unplaced.length > 0) {
    if (options.apply) terminal.note('nothing was changed, because not everything has a place');
    return 1;
  }
  if (options.apply) await apply(context, request);
  return 0;
}

async function requestOf(context: CommandContext, { file, apply, url }: PlanOptions): Promise<PlanRequest> {
  if (file !== undefined) {
    const request = readClusterFile(file);
    if (apply) checkApplicable(context, request);
    return request;
  }
  if (apply || url !== undefined || context.config.url !== undefined)
    throw new CliError(
      'Without --file, the plan is for what runs on this machine now',
      'give --file <cluster.yaml> for --apply, or for LLM OS on another machine',
    );
  const { details } = await gatewayClient(context).process('signals', {});
  const machine = { name: hostname().toLowerCase(), cores: availableParallelism(), freeBytes: freemem() };
  return runningCluster(signalsOutputSchema.parse(details), machine);
}

/** The supervisor has one machine; more of them are changed by Kubernetes. */
function checkApplicable({ config }: CommandContext, { nodes, services }: PlanRequest): void {
  if (nodes.length > 1)
    throw new CliError(
      `--apply changes this machine, and the file has ${nodes.length} nodes`,
      'use --patch: Kubernetes changes clusters',
    );
  checkReplicaCounts(countsOf(services), findServiceApps(config.root));
}

/** Runs as many processes of each service as the file asks for: the supervisor adds them, or drains those that go. */
async function apply({ instance, terminal }: CommandContext, { services }: PlanRequest): Promise<void> {
  const counts = countsOf(services);
  await controlInstance(instance, { type: 'scale', counts }, (line) => terminal.note(line));
  terminal.note(
    `✓ ${Object.entries(counts)
      .map(([name, count]) => `${name} runs as ${count}`)
      .join(', ')}`,
  );
}

const countsOf = (services: PlanRequest['services']) =>
  Object.fromEntries(services.map(({ name, replicas }) => [name, replicas]));

/** Ctrl-C cancels the search. */
async function ask(context: CommandContext, request: PlanRequest, options: PlanOptions): Promise<PlanReply> {
  const { nodes, services, objective } = request;
  const leaving = new AbortController();
  const onSignal = () => leaving.abort(new CliError('The search was cancelled'));
  process.once('SIGINT', onSignal);
  const progress = progressBar(context.terminal);
  try {
    const client = gatewayClient(context, options.url, { signal: leaving.signal });
    const fields = {
      ...{ nodes, services, objective, solver: options.solver ?? request.solver },
      ...{ budget_ms: options.budget ?? request.budgetMs, seed: options.seed ?? request.seed },
      explain: options.explain === true || options.json === true,
    };
    const { details } = await client.stream('plan_resources', fields, { onDelta: (delta) => progress.show(delta) });
    return planReplySchema.parse(details);
  } finally {
    progress.stop();
    process.removeListener('SIGINT', onSignal);
  }
}

function nodesIn({ nodes }: PlanReply['parts']): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`;
}

function show({ terminal }: CommandContext, reply: PlanReply, { explain, svg }: PlanOptions): void {
  const { placements, unplaced, parts, before, objective, score, bound, gap, solver, solvers, ms } = reply;
  const rows = placements.map(({ service, node, replicas, arriving }) => [service, node, replicas, arriving || '']);
  if (rows.length > 0) terminal.line(table(['service', 'node', 'replicas', 'arriving'], rows));
  if (explain)
    for (const { service, node, why = '', change = '' } of placements)
      terminal.line(`\n${service} on ${node}: ${why}\n  it would change with: ${change}`);
  for (const { service, replicas, limit, why, change } of unplaced)
    terminal.line(
      `\n✗ ${service}: ${replicas} without a place (${limit}). ${why}\n  it would have one with: ${change}`,
    );
  terminal.line(
    `\n${nodesIn(parts)} in use, cost ${parts.cost}, fullest ${percent(parts.balance)}, ${parts.movement} moved` +
      (before ? ` (now: ${nodesIn(before)}, cost ${before.cost}, fullest ${percent(before.balance)})` : ''),
  );
  const proof = gap === 0 ? 'no better plan exists' : `at most ${percent(gap)} above the best (bound ${bound})`;
  terminal.line(`objective ${objective}${score === objective ? '' : `, score ${score}`}: ${proof}`);
  const others = solvers.map(
    (each) => `${each.solver} ${each.score ?? '–'}${each.message ? ` (${each.message})` : ''}`,
  );
  terminal.line(`by ${solver} in ${ms < 1_000 ? milliseconds(ms) : seconds(ms)}; scores: ${others.join(', ')}`);
  if (svg !== undefined) terminal.line(`picture: ${svg}`);
}
