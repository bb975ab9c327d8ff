import { Bus } from '@llmos/bus';
import { backupName, tryBackup } from '@llmos/backup';
import { loadConfig } from '@llmos/config';
import { openMasterKey } from '@llmos/vault';
import { commandOf, Instance, markUnfinished, refuseUnfinished } from '@llmos/supervisor';
import { natsServerPath, startNatsServer, startS3Server, waitFor, type TestNatsServer } from '@llmos/testing';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { cliConfig } from '../src/cli.config.js';
import { backup, scheduledBackup } from '../src/commands/backup.command.js';
import type { CommandContext } from '../src/commands/context.js';
import { down } from '../src/commands/down.command.js';
import { restore } from '../src/commands/restore.command.js';

const { jest } = import.meta;
const SIZE_BYTES = 8_000_000;
/** A broker that syncs each of them takes longer over a piece of the archive than it gives itself. */
const SMALL_MESSAGES = 20_000;

describe('llmos backup and llmos restore', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let home: string;
  let context: CommandContext;
  let lines: string[];
  const before = { ...process.env };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-backup-int-'));
    nats = await startNatsServer();
    // The path of nats-server depends on LLMOS_HOME.
    process.env['LLMOS_NATS_SERVER'] = natsServerPath();
    process.env['LLMOS_NATS_URL'] = nats.url;
    process.env['LLMOS_HOME'] = home;
    bus = await Bus.connect({ url: nats.url, service: 'backup-test' });
    await bus.objects('recordings').put('long', randomBytes(SIZE_BYTES));
  }, 120_000);
  beforeEach(() => {
    lines = [];
    const config = loadConfig(cliConfig);
    const line = (text = '') => void lines.push(text);
    const terminal = { line, note: () => undefined, write: line, interactive: false };
    context = { config, instance: new Instance(home, config.root), terminal };
  });
  afterAll(async () => {
    process.env = before;
    await bus.close(200);
    await nats.stop();
    rmSync(home, { recursive: true });
  });

  const files = () => readdirSync(home).filter((name) => name.startsWith('stopped'));

  it('leave no file when a backup is stopped', async () => {
    const out = join(home, 'stopped.bak');
    const work = backup(context, { out });
    let hasEnded = false;
    work.catch(() => undefined).finally(() => (hasEnded = true));
    while (files().length === 0 && !hasEnded) await turn();
    process.emit('SIGINT');
    await expect(work).rejects.toThrow('The backup was stopped; no file was written');
    expect(files()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('make a master key when nothing was sealed yet, and the backup opens with it', async () => {
    const out = join(home, 'whole.bak');
    expect(await backup(context, { out, json: true })).toBe(0);
    expect(existsSync(join(home, 'keys', 'master.pem'))).toBe(true);
    expect(await restore(context, out, { verify: true, json: true })).toBe(0);
    const [written, checked] = lines.map((text) => JSON.parse(text) as { streams: unknown; sizeBytes: number });
    expect(checked).toMatchObject({ restored: false, streams: written!.streams, sizeBytes: written!.sizeBytes });
    expect(written!.sizeBytes).toBeGreaterThan(SIZE_BYTES);
  });

  it('try each backup of a folder in an empty broker before the oldest one goes', async () => {
    const into = join(home, 'kept');
    const held = () => readdirSync(into).sort();
    for (const at of ['2020-01-01T00-00-00Z', '2020-01-02T00-00-00Z'])
      cpSync(join(home, 'whole.bak'), join((mkdirSync(into, { recursive: true }), into), `llmos-${at}.bak`));
    cpSync(join(home, 'whole.bak'), join(into, 'monday.bak'));
    expect(await scheduledBackup(context, { into, keep: 2 })).toBe(0);
    expect(lines.join()).toMatch(/restored for a trial in .*; 2 kept, 1 removed/);
    expect(held()).toEqual([expect.stringMatching(/^llmos-20[2-9]\d/), expect.anything(), 'monday.bak']);
    expect(held()[0]).toBe('llmos-2020-01-02T00-00-00Z.bak');
  }, 120_000);

  it('keep backups in a bucket as in a folder, and restore from there', async () => {
    const s3 = await startS3Server();
    const { endpoint: s3Endpoint, region: s3Region, credentials } = s3.settings;
    const { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey } = credentials;
    const config = { ...context.config, s3Endpoint, s3Region, s3AccessKey, s3SecretKey };
    const there = { ...context, config };
    const into = `s3://${s3.bucket}/main`;
    const { signal } = new AbortController();
    const check = (from: string) => restore(there, from, { verify: true }, signal);
    for (let count = 1; count <= 2; count++)
      expect(await scheduledBackup(there, { into, keep: 1, json: true }, signal)).toBe(0);
    const [older, newer] = lines.map((line) => (JSON.parse(line) as { file: string }).file);
    await expect(check(older!)).rejects.toThrow('is not there');
    expect(await check(newer!)).toBe(0);
    const wrong = { ...there, config: { ...config, s3AccessKey: 'NOBODY' } };
    expect(await scheduledBackup(wrong, { into, keep: 1 }, signal)).toBe(1);
    expect(lines.at(-1)).toContain('No backup was made');
    expect(await check(into)).toBe(0);
    expect(readdirSync(context.instance.folder).filter((name) => name.startsWith('.backup-'))).toEqual([]);
    await s3.stop();
  }, 600_000);

  it('keep every older backup when the new one cannot be restored', async () => {
    const into = join(home, 'kept');
    const before = readdirSync(into);
    const broken: CommandContext = { ...context, config: { ...context.config, natsServer: process.execPath } };
    expect(await scheduledBackup(broken, { into, keep: 1 })).toBe(1);
    expect(lines.join()).toContain('No backup was made');
    expect(readdirSync(into)).toEqual(before);
  }, 120_000);

  it('leave the backup of the same moment as it is', async () => {
    const into = join(home, 'kept');
    const now = jest.spyOn(Date.prototype, 'toISOString').mockReturnValue('2020-01-03T00:00:00.000Z');
    try {
      const held = join(into, backupName());
      cpSync(join(home, 'whole.bak'), held);
      expect(await scheduledBackup(context, { into, keep: 9 })).toBe(1);
      expect(lines.join()).toContain(`${held} exists already`);
      expect(existsSync(held)).toBe(true);
      rmSync(held);
    } finally {
      now.mockRestore();
    }
  }, 120_000);

  it('refuse a trial of a backup that was damaged', async () => {
    const path = join(home, 'kept', 'monday.bak');
    const master = await openMasterKey(join(home, 'keys', 'master.pem'), false);
    const server = {
      command: () => [natsServerPath()],
      removeLeftover: () => undefined,
      sharesSockets: true,
      found: '',
    };
    const trial = { path, master, server, root: context.config.root, signal: new AbortController().signal };
    expect((await tryBackup(trial)).streams.length).toBeGreaterThan(0);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(tryBackup(trial)).rejects.toThrow(/damaged/);
    expect(readdirSync(join(home, 'kept')).filter((name) => name.startsWith('.trial'))).toEqual([]);
  }, 120_000);

  it('take one backup after another until they are stopped', async () => {
    const into = join(home, 'again');
    const stop = new AbortController();
    const work = scheduledBackup(context, { into, keep: 2, every: 1 }, stop.signal);
    await waitFor('three backups', () => (lines.length >= 3 ? true : undefined));
    stop.abort();
    expect(await work).toBe(0);
    expect(readdirSync(into).filter((name) => name.endsWith('.bak')).length).toBeLessThanOrEqual(2);
  }, 120_000);

  it('restore many small messages quickly, and refuse to restore over messages without --replace', async () => {
    const records = await bus.kv('records');
    for (let n = 0; n < SMALL_MESSAGES; n += 1_000)
      await Promise.all(
        Array.from({ length: 1_000 }, (_, at) => records.put(`key-${n + at}`, Buffer.from('{"status":"completed"}'))),
      );
    const out = join(home, 'small.bak');
    expect(await backup(context, { out })).toBe(0);
    expect(await restore(context, out, {})).toBe(0);
    expect(lines.join('\n')).toContain('is restored');
    expect(context.instance.state.find()).toBeUndefined();
    await expect(restore(context, out, {})).rejects.toThrow(/messages are stored in KV_records, OBJ_recordings/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 120_000);

  it('report an unfinished restore until one has finished', async () => {
    const out = join(home, 'small.bak');
    const broken: CommandContext = { ...context, config: { ...context.config, natsServer: process.execPath } };
    markUnfinished(context.instance);
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    await expect(restore(broken, out, { replace: true })).rejects.toThrow();
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 120_000);

  it('end at once when `down` stops a restore, leave no process, and report it until one has finished', async () => {
    const out = join(home, 'small.bak');
    let stopped = await stopHalfWay(out);
    // It takes half a second: a machine that is busy with other things may let it finish first.
    for (let again = 0; again < 5 && stopped.code === 0; again++) stopped = await stopHalfWay(out);
    expect(stopped).toMatchObject({ code: 1, errors: expect.stringMatching(/stopped/) as string, broker: '' });
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 120_000);

  /** The end of a restore that `down` stopped: its exit code, its errors, and the command line of its nats-server. */
  async function stopHalfWay(file: string) {
    const child = spawn(process.execPath, ['llmos.mjs', 'restore', file, '--replace'], { env: process.env });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = once(child, 'close') as Promise<[number | null]>;
    const begun = () => existsSync(join(context.instance.brokerFolder, 'restoring')) || child.exitCode !== null;
    await waitFor('the restore to begin', begun);
    const pid = context.instance.state.read()?.brokers[0]?.pid;
    expect(await down(context)).toBe(0);
    return { code: (await ended)[0], errors, broker: pid === undefined ? '' : commandOf(pid) };
  }

  it('make no new master key when data keys need the missing one', async () => {
    await (await bus.kv('tenant-keys')).put('acme.1', Buffer.from('wrapped by a key that is not here'));
    rmSync(join(home, 'keys'), { recursive: true });
    await expect(backup(context, { out: join(home, 'keyless.bak') })).rejects.toThrow(/master key .* is missing/);
    expect(existsSync(join(home, 'keys'))).toBe(false);
  });
});
