import { baseConfig, defineConfig, flag, setting, underRoot, type ConfigOf } from '@llmos/config';
import { LANGUAGE_MODEL_DEFAULTS } from '@llmos/models';
import { z } from 'zod';
import { durationMs } from './duration.js';

const count = z.coerce.number().int().min(1);
const name = z.string().min(1).optional();
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
  /** The address that the gateway's port is opened on. */
  gatewayHost: setting('LLMOS_HOST', z.string().default('127.0.0.1')),
  /** How many processes of each service `llmos up` starts. */
  replicasFile: setting('LLMOS_REPLICAS_FILE', z.string().min(1), underRoot('deploy', 'replicas.yaml')),
  /** A process without a sign of life for this many seconds is killed and restarted; 0: never. */
  frozenSeconds: setting('LLMOS_FROZEN_SECONDS', z.coerce.number().int().min(0).max(3_600).default(15)),
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
  /** How often `llmos up` takes a backup, such as 6h; never without it. */
  backupEveryMs: setting(
    'LLMOS_BACKUP_EVERY',
    z
      .string()
      .transform((text, check) => durationMs(text) ?? (check.addIssue('it must be a time such as 6h or 1d'), z.NEVER))
      .optional(),
  ),
  /** Where these backups are: a folder, or s3://bucket/prefix. */
  backupFolder: setting('LLMOS_BACKUP_FOLDER', z.string().min(1).optional()),
  /** How many of them stay. */
  backupKeep: setting('LLMOS_BACKUP_KEEP', count.default(7)),
  /** How an S3-compatible store is reached; the names are those of AWS' own tools. */
  s3Endpoint: setting('AWS_ENDPOINT_URL_S3', z.url().optional(), ({ AWS_ENDPOINT_URL }) => AWS_ENDPOINT_URL),
  s3Region: setting(
    'AWS_REGION',
    z.string().min(1).default('us-east-1'),
    ({ AWS_DEFAULT_REGION }) => AWS_DEFAULT_REGION,
  ),
  s3AccessKey: setting('AWS_ACCESS_KEY_ID', name),
  s3SecretKey: setting('AWS_SECRET_ACCESS_KEY', name),
  s3SessionToken: setting('AWS_SESSION_TOKEN', name),
  /** The models that the services use, where the environment names them. */
  asrModel: setting('LLMOS_ASR_MODEL', name),
  embeddingsModel: setting('LLMOS_RETRIEVAL_EMBEDDINGS', name),
  generationModel: setting('LLMOS_GENERATION_MODEL', name),
  /** A server instead of a language model on this machine. */
  generationUrl: setting('LLMOS_GENERATION_URL', name),
  generationGpu: setting('LLMOS_GENERATION_GPU', z.string().default('off')),
  /** Tokens in each sequence, and the number of sequences: they decide the memory of a language model. */
  contextTokens: setting('LLMOS_GENERATION_CONTEXT', count.default(LANGUAGE_MODEL_DEFAULTS.contextTokens)),
  sequences: setting('LLMOS_GENERATION_SEQUENCES', count.default(LANGUAGE_MODEL_DEFAULTS.sequences)),
  /** The editor of the user: VISUAL, else EDITOR, else vi. */
  visual: setting('VISUAL', name),
  editor: setting('EDITOR', z.string().min(1).default('vi')),
  /** The folders in which programs are looked for. */
  searchPath: setting('PATH', z.string().default('')),
});
export type CliConfig = ConfigOf<typeof cliConfig>;
