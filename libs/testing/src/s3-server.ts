import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An S3 server with a bucket, and how it is reached. */
export interface TestS3Server {
  readonly settings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly bucket: string;
  /** Whether it checks signatures; the one in the dev dependencies knows only access keys. */
  readonly checksSignatures: boolean;
  stop(): Promise<void>;
}

/**
 * Starts s3rver on a port that the system chooses. With LLMOS_TEST_S3_URL, such as `http://127.0.0.1:7070/bucket`, the
 * tests use that server instead, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.
 */
export async function startS3Server(): Promise<TestS3Server> {
  const { LLMOS_TEST_S3_URL: given, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = process.env;
  const region = AWS_REGION ?? 'us-east-1';
  if (given !== undefined) {
    const { origin, pathname } = new URL(given);
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID ?? '', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '' };
    const settings = { endpoint: origin, region, credentials };
    return { settings, bucket: pathname.slice(1), checksSignatures: true, stop: () => Promise.resolve() };
  }
  const directory = mkdtempSync(join(tmpdir(), 'llmos-s3-'));
  const bucket = `backups-${randomUUID().slice(0, 8)}`;
  const { default: S3rver } = await import('s3rver');
  const configureBuckets = [{ name: bucket, configs: [] }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return {
    settings: { endpoint: `http://127.0.0.1:${port}`, region, credentials },
    bucket,
    checksSignatures: false,
    stop: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
