import { Bus } from '@llmos/bus';
import { loadConfig } from '@llmos/config';
import { commandOf, Instance } from '@llmos/supervisor';
import { natsServerPath, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { cliConfig } from '../src/cli.config.js';
import { markUnfinished, refuseUnfinished } from '../src/backup/unfinished-restore.js';
import { backup } from '../src/commands/backup.command.js';
import type { CommandContext } from '../src/commands/context.js';
import { down } from '../src/commands/down.command.js';
import { restore } from '../src/commands/restore.command.js';

const SIZE_BYTES = 8_000_000;
/** A broker that syncs each of them takes longer over a piece of the archive than it gives itself. */
const SMALL_MESSAGES = 20_000;

describe('llmos backup, of a broker that is named', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let home: string;
  let context: CommandContext;
  let said: string[];
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
  }, 60_000);
  beforeEach(() => {
    said = [];
    const config = loadConfig(cliConfig);
    const line = (text = '') => void said.push(text);
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

  it('leaves no file when it is stopped', async () => {
    const out = join(home, 'stopped.bak');
    const work = backup(context, { out });
    let hasEnded = false;
    work.catch(() => undefined).finally(() => (hasEnded = true));
    while (files().length === 0 && !hasEnded) await turn();
    process.emit('SIGINT');
    await expect(work).rejects.toThrow('The backup was stopped; no file was written');
    expect(files()).toEqual([]);
    expect(said).toEqual([]);
  });

  it('makes a master key where nothing was sealed yet, and its file opens with it', async () => {
    const out = join(home, 'whole.bak');
    expect(await backup(context, { out, json: true })).toBe(0);
    expect(existsSync(join(home, 'keys', 'master.pem'))).toBe(true);
    expect(await restore(context, out, { verify: true, json: true })).toBe(0);
    const [written, checked] = said.map((text) => JSON.parse(text) as { streams: unknown; sizeBytes: number });
    expect(checked).toMatchObject({ restored: false, streams: written!.streams, sizeBytes: written!.sizeBytes });
    expect(written!.sizeBytes).toBeGreaterThan(SIZE_BYTES);
  });

  it('comes back quickly however many small messages there are, and not a second time by mistake', async () => {
    const records = await bus.kv('records');
    for (let n = 0; n < SMALL_MESSAGES; n += 1_000)
      await Promise.all(
        Array.from({ length: 1_000 }, (_, at) => records.put(`key-${n + at}`, Buffer.from('{"status":"completed"}'))),
      );
    const out = join(home, 'small.bak');
    expect(await backup(context, { out })).toBe(0);
    expect(await restore(context, out, {})).toBe(0);
    expect(said.join('\n')).toContain('All is as it was at');
    expect(context.instance.state.find()).toBeUndefined();
    await expect(restore(context, out, {})).rejects.toThrow(/there are messages already in KV_records, OBJ_recordings/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 60_000);

  it('that was begun and not finished is told of, until one is', async () => {
    const out = join(home, 'small.bak');
    const broken: CommandContext = { ...context, config: { ...context.config, natsServer: process.execPath } };
    markUnfinished(context.instance);
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    await expect(restore(broken, out, { replace: true })).rejects.toThrow();
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 60_000);

  it('that `down` stops ends at once, leaves no process, and is told of until one is finished', async () => {
    const out = join(home, 'small.bak');
    let stopped = await stopHalfWay(out);
    // It takes half a second: a machine that is busy with other things may let it finish first.
    for (let again = 0; again < 5 && stopped.code === 0; again++) stopped = await stopHalfWay(out);
    expect(stopped).toMatchObject({ code: 1, errors: expect.stringMatching(/stopped/) as string, broker: '' });
    expect(() => refuseUnfinished(context.instance)).toThrow(/begun here and not finished/);
    expect(await restore(context, out, { replace: true })).toBe(0);
    expect(() => refuseUnfinished(context.instance)).not.toThrow();
  }, 120_000);

  /** How a restore ended that `down` was run against, what it said, and what is left of its nats-server. */
  async function stopHalfWay(file: string) {
    const child = spawn(process.execPath, ['llmos.mjs', 'restore', file, '--replace'], { env: process.env });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = once(child, 'close') as Promise<[number | null]>;
    const begun = () => existsSync(join(context.instance.brokerFolder, 'restoring')) || child.exitCode !== null;
    await waitFor('the restore to begin', begun, 30_000);
    const natsPid = context.instance.state.read()?.natsPid;
    expect(await down(context)).toBe(0);
    return { code: (await ended)[0], errors, broker: natsPid === undefined ? '' : commandOf(natsPid) };
  }

  it('makes no other master key where data keys need the one that is missing', async () => {
    await (await bus.kv('tenant-keys')).put('acme.1', Buffer.from('wrapped by a key that is not here'));
    rmSync(join(home, 'keys'), { recursive: true });
    await expect(backup(context, { out: join(home, 'keyless.bak') })).rejects.toThrow(/master key .* is missing/);
    expect(existsSync(join(home, 'keys'))).toBe(false);
  });
});
