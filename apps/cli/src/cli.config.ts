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
  /** The gateway to call; by default the one that `llmos up` started here. */
  url: setting('LLMOS_URL', z.url().optional()),
  /** The API key for the gateway. */
  apiKey: setting('LLMOS_API_KEY', z.string().optional()),
  /** The port of the gateway; it uses the next free one if it is taken. */
  gatewayPort: setting('LLMOS_PORT', port.optional()),
  /** The port of nats-server; chosen by the system by default. */
  natsPort: setting('LLMOS_NATS_PORT', port.optional()),
  /** The nats-server program to use. */
  natsServer: setting('LLMOS_NATS_SERVER', z.string().min(1).optional()),
  /** The redis-server program to use. */
  redisServer: setting('LLMOS_REDIS_SERVER', z.string().min(1).optional()),
  /** A Redis that somebody else runs; none is started then. The services read its user and password themselves. */
  redisUrl: setting('LLMOS_REDIS_URL', z.string().min(1).optional()),
  /** What the data of the started redis-server may occupy, in megabytes. */
  redisMemoryMb: setting('LLMOS_REDIS_MEMORY_MB', z.coerce.number().int().min(8).max(1_048_576).default(256)),
  /** Whether nats-server encrypts its files. Encrypted files stay encrypted. */
  encryption: setting('LLMOS_ENCRYPTION', flag().default(true)),
  /** The folders in which programs are looked for. */
  searchPath: setting('PATH', z.string().default('')),
});
export type CliConfig = ConfigOf<typeof cliConfig>;
