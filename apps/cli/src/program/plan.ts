import { Option, type Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import type { PlanOptions } from '../commands/plan.command.js';
import { duration, json, url, wholeNumber } from './options.js';

const SOLVERS = ['portfolio', 'milp', 'genetic', 'swarm', 'greedy'];

/** `llmos plan`: where the replicas of services belong. */
export function addPlanCommand(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('plan')
    .description('place services on nodes, and say why; nothing is changed without --apply')
    .option(
      '--file <cluster.yaml>',
      'nodes, services and what is to be small, as in apps/scheduler/README.md; by default what runs on this machine',
    )
    .addOption(new Option('--solver <name>', 'how to search; by default all of them, side by side').choices(SOLVERS))
    .option('--budget <time>', 'how long to search, such as 30s; by default that of the file, or 5s', duration)
    .option('--seed <number>', 'repeat a search', wholeNumber)
    .option('--explain', 'say why each service is where it is, and what would change it')
    .option('--svg <file>', 'write a picture of the nodes, now and as planned')
    .option('--apply', 'if the file has one node, run so many processes of each service on this machine')
    .option('--patch', 'print the commands that make Kubernetes do it')
    .addOption(json())
    .addOption(url())
    .action(async (options: PlanOptions) =>
      done(await (await import('../commands/plan.command.js')).plan(context, options)),
    );
}
