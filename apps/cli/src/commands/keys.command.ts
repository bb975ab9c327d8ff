import { openMasterKey } from '@llmos/vault';
import { resolve } from 'node:path';
import { withBroker } from './broker-access.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

/** Wraps the data keys of all tenants with another master key, created if needed. Sealed data stays unchanged. */
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
      terminal.line('  Restart every process with LLMOS_MASTER_KEY_FILE set to this file, and keep a copy elsewhere.');
      terminal.line('  Older backups need the old key, and so do data keys created before the restart: after it,');
      terminal.line('  run this command again with LLMOS_MASTER_KEY_FILE set to the old file.');
    }
    return 0;
  });
}
