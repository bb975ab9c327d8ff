import { baseConfig, defineConfig, loadConfig, setting } from '@llmos/config';
import { isLlmosError } from '@llmos/contracts';
import { Bus, type Sealers } from '@llmos/bus';
import { Vault, vaultConfig, type TenantKeys } from '@llmos/vault';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

const brokerConfig = defineConfig({
  natsUrl: setting('LLMOS_NATS_URL', z.string().min(1).optional()),
  natsUser: baseConfig.natsUser,
  natsPassword: baseConfig.natsPassword,
  natsReplicas: baseConfig.natsReplicas,
});

/**
 * Connects to the broker that the environment names, else to the one that runs here, and opens the tenants' keys.
 *
 * @throws CliError when there is no broker, or it refuses the connection.
 */
export async function withBroker<T>(
  context: CommandContext,
  work: (bus: Bus, keys: TenantKeys) => Promise<T>,
): Promise<T> {
  const settings = { ...loadConfig(vaultConfig), home: context.config.home };
  const vault = new Vault(settings, { error: (_, message) => context.terminal.note(`! ${message}`) });
  const bus = await connect(context, vault.sealers);
  try {
    await vault.open(bus);
    return await work(bus, vault.keys);
  } finally {
    await bus.close(0);
  }
}

/** The address and the credentials of the broker. @throws CliError when none is named and none runs here. */
export function brokerAccess({ instance }: CommandContext): { url: string; user?: string; password?: string } {
  const { natsUrl, natsUser: user, natsPassword: password } = loadConfig(brokerConfig);
  if (natsUrl) return { url: natsUrl, user, password };
  const here = instance.running()?.natsUrl;
  if (!here) throw new CliError('LLM OS is not running', 'run `npm start`, or name a broker in LLMOS_NATS_URL');
  return { url: here, user: 'services', password: instance.credentials().services };
}

async function connect(context: CommandContext, sealers: Sealers): Promise<Bus> {
  const access = brokerAccess(context);
  try {
    return await Bus.connect({ ...access, sealers, replicas: loadConfig(brokerConfig).natsReplicas, service: 'cli' });
  } catch (cause) {
    if (isLlmosError(cause)) throw cause;
    throw new CliError(
      `The broker at ${access.url} cannot be reached, or refuses the connection`,
      'check LLMOS_NATS_URL, LLMOS_NATS_USER and LLMOS_NATS_PASSWORD',
      { cause },
    );
  }
}
