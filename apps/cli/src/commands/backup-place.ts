import type { S3Settings, StoreOptions } from '@llmos/backup';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { CommandContext } from './context.js';

/** How the commands open a folder or bucket of backups. @throws CliError if only half of the credentials are set. */
export function storeOptions({ config, instance }: CommandContext): StoreOptions {
  return { s3: s3Settings(config), workFolder: instance.folder };
}

/** Where `llmos up` keeps its backups: a folder, or `s3://bucket/prefix`. */
export function scheduledPlace({ config, instance }: CommandContext): string {
  return config.backupFolder ?? join(instance.folder, 'backups');
}

function s3Settings({
  s3Endpoint: endpoint,
  s3Region: region,
  s3AccessKey: accessKeyId,
  s3SecretKey: secretAccessKey,
  s3SessionToken: sessionToken,
}: CommandContext['config']): S3Settings {
  if (accessKeyId && secretAccessKey)
    return { endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  if (accessKeyId || secretAccessKey)
    throw new CliError(
      `Only ${accessKeyId ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'} is set`,
      'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither of them',
    );
  return { endpoint, region };
}
