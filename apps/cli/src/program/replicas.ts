import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';

/** `llmos scale` and `llmos restart`: the processes of a running instance. */
export function addReplicaCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  root
    .command('scale <counts...>')
    .description('run more or fewer processes of services, such as intent=3, until everything is stopped')
    .action(async (counts: string[]) =>
      done(await (await import('../commands/replicas.command.js')).scale(context, counts)),
    );
  root
    .command('restart [services...]')
    .description('replace the processes of services, by default of all, one after the other; calls go on')
    .action(async (services: string[]) =>
      done(await (await import('../commands/replicas.command.js')).restart(context, services)),
    );
}
