import { baseConfig, defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

export const cliConfig = defineConfig({
  home: baseConfig.home,
  root: baseConfig.root,
  pipelinesDir: baseConfig.pipelinesDir,
  catalogPath: baseConfig.catalogPath,
  samplesDir: baseConfig.samplesDir,
  otlpUrl: baseConfig.otlpUrl,
  /** The gateway to talk to, when it is not the one that `llmos up` started here. */
  url: setting('LLMOS_URL', z.url().optional()),
  /** The key to call the gateway with, where it asks for one. */
  apiKey: setting('LLMOS_API_KEY', z.string().optional()),
  /** The port the gateway asks for; it takes the next free one when that is taken. */
  gatewayPort: setting('LLMOS_PORT', port.optional()),
  /** The port of nats-server; the system chooses one unless it is given. */
  natsPort: setting('LLMOS_NATS_PORT', port.optional()),
  /** A nats-server to use in place of the one that would be found. */
  natsServer: setting('LLMOS_NATS_SERVER', z.string().min(1).optional()),
  /** Whether nats-server encrypts its files; what is encrypted already stays so. */
  encryption: setting('LLMOS_ENCRYPTION', flag().default(true)),
  /** Where programs are looked for. */
  searchPath: setting('PATH', z.string().default('')),
});
export type CliConfig = ConfigOf<typeof cliConfig>;
