import { openMasterKey } from '@llmos/vault';
import { resolve } from 'node:path';
import { withBroker } from '../broker/broker-access.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

/** Wraps every tenant's data keys with another master key, made where there is none; what is sealed stays as it is. */
export function rewrapKeys(
  context: CommandContext,
  { to, json }: { readonly to: string; readonly json?: boolean },
): Promise<number> {
  const path = resolve(to);
  return withBroker(context, async (_, keys) => {
    const master = await openMasterKey(path, true).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CliError(`The new master key cannot be used: ${reason}`, 'name another file with --to', { cause });
    });
    const rewrapped = await keys.rewrap(master);
    const { terminal } = context;
    if (json) terminal.line(JSON.stringify({ rewrapped, master: master.id, file: path }));
    else {
      terminal.line(`✓ ${rewrapped} data keys are wrapped with ${master.id} (${path})`);
      terminal.line(
        '  Start every process again with LLMOS_MASTER_KEY_FILE naming it, and keep a copy in another place.',
      );
      terminal.line(
        '  Backups from before need the old key. A key made until the restart too: say this once more then,',
      );
      terminal.line('  with LLMOS_MASTER_KEY_FILE naming the old one.');
    }
    return 0;
  });
}
