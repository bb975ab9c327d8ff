import { baseConfig, defineConfig, loadConfig, setting } from '@llmos/config';
import { isLlmosError } from '@llmos/contracts';
import { Bus } from '@llmos/bus';
import { openAtRest, vaultConfig, type TenantKeys } from '@llmos/vault';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../commands/context.js';

const brokerConfig = defineConfig({
  natsUrl: setting('LLMOS_NATS_URL', z.string().min(1).optional()),
  natsUser: baseConfig.natsUser,
  natsPassword: baseConfig.natsPassword,
  natsReplicas: baseConfig.natsReplicas,
});

/**
 * Does something at the broker, as the services do, with the tenants' keys: at the one that is named in the
 * environment, else at the one that runs here.
 *
 * @throws CliError when there is none, or it does not let us in.
 */
export async function withBroker<T>(
  context: CommandContext,
  work: (bus: Bus, keys: TenantKeys) => Promise<T>,
): Promise<T> {
  const bus = await connect(context);
  try {
    const keys = { ...loadConfig(vaultConfig), home: context.config.home };
    const { tenantKeys } = await openAtRest(bus, keys, {
      error: (_: object, message?: string) => context.terminal.note(`! ${message ?? ''}`),
    });
    return await work(bus, tenantKeys);
  } finally {
    await bus.close(0);
  }
}

/** Where the broker is, and as whom to speak to it. @throws CliError when none is named and none runs here. */
export function brokerAccess({ instance }: CommandContext): { url: string; user?: string; password?: string } {
  const { natsUrl, natsUser: user, natsPassword: password } = loadConfig(brokerConfig);
  if (natsUrl) return { url: natsUrl, user, password };
  const here = instance.running()?.natsUrl;
  if (!here) throw new CliError('LLM OS is not running', 'run `npm start`, or name a broker in LLMOS_NATS_URL');
  return { url: here, user: 'services', password: instance.credentials().services };
}

async function connect(context: CommandContext): Promise<Bus> {
  const access = brokerAccess(context);
  try {
    return await Bus.connect({ ...access, replicas: loadConfig(brokerConfig).natsReplicas, service: 'cli' });
  } catch (cause) {
    if (isLlmosError(cause)) throw cause;
    throw new CliError(
      `The broker at ${access.url} cannot be reached, or does not let us in`,
      'check LLMOS_NATS_URL, LLMOS_NATS_USER and LLMOS_NATS_PASSWORD',
      { cause },
    );
  }
}
