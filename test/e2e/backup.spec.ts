import { newMasterKeyPem } from '@llmos/privacy';
import { waitFor } from '@llmos/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareModels, startInstance, type Instance } from './instance.js';
import { llmos } from './llmos-command.js';

const MINUTE_MS = 60_000;
/** Against hanging tests: on a busy machine one command takes half a minute. */
const LIMIT_MS = 10 * MINUTE_MS;
const SECRET = 'Ferdinand the parrot eats nine walnuts';

interface Contents {
  readonly createdAt: string;
  readonly streams: readonly { readonly name: string; readonly messages: number; readonly sha256: string }[];
}

interface Drill {
  readonly wouldBeLost: { readonly entries: number };
  readonly streams: readonly { readonly name: string; readonly same: number }[];
  readonly doors: { readonly documents: number };
}

describe('A backup of a running instance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-backup-e2e-'));
  const backup = join(folder, 'instance.bak');
  const keys = { LLMOS_MASTER_KEY_FILE: join(folder, 'master.pem') };
  const otherKey = join(folder, 'other.pem');
  /** The backup is restored into this home, which is empty before. */
  const home = join(folder, 'home');
  let instance: Instance;
  let run: string;

  beforeAll(async () => {
    instance = await startInstance(keys);
    shareModels(home);
    writeFileSync(otherKey, await newMasterKeyPem(), { mode: 0o600 });
  }, LIMIT_MS);
  afterAll(async () => {
    await instance.stop();
    rmSync(folder, { recursive: true, force: true });
  }, LIMIT_MS);

  const command = (args: readonly string[], environment: Record<string, string> = {}) =>
    llmos(args, { ...keys, LLMOS_HOME: home, ...environment });
  const restore = (args: readonly string[], environment = {}) => command(['restore', ...args], environment);
  const record = async () =>
    (await (await fetch(`${instance.url}/v1/runs/${run}`)).json()) as { status?: string; result?: string };
  const search = async () =>
    (await instance.post('/serving/process', { name: 'search_documents', query: 'What does the parrot eat?' })).body
      .details!['passages'] as { document: string; text: string }[];

  it(
    'is one encrypted file that only its owner can read',
    async () => {
      const document = { id: 'parrot', title: 'The office parrot', text: `${SECRET} each day.` };
      expect((await instance.post('/serving/process', { name: 'upsert_document', document })).status).toBe(200);
      run = (await instance.post('/v1/runs', { name: 'customer_service', text: 'How do I change my PIN?' })).body
        .run_id!;
      await waitFor('the run to be completed', async () => (await record()).status === 'completed', MINUTE_MS);
      const { code, output, errors } = await command(['backup', '--out', backup, '--json'], {
        LLMOS_HOME: instance.home,
      });
      expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
      const { streams } = JSON.parse(output) as Contents;
      const names = streams.map(({ name }) => name);
      for (const name of ['KV_documents', 'KV_llmos-runs', 'RESULTS', 'TASKS_DURABLE']) expect(names).toContain(name);
      expect(names.at(-1)).toBe('KV_tenant-keys');
      expect(statSync(backup).mode & 0o777).toBe(0o600);
      const bytes = readFileSync(backup);
      for (const word of ['Ferdinand', 'KV_documents', run]) expect(bytes.includes(word)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'is refused with a master key other than that of the instance',
    async () => {
      const file = join(folder, 'other.bak');
      const environment = { LLMOS_HOME: instance.home, LLMOS_MASTER_KEY_FILE: otherKey };
      const { code, errors } = await command(['backup', '--out', file], environment);
      expect(code).toBe(1);
      expect(errors).toMatch(/master key/);
      expect(existsSync(file)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'can be verified while the instance runs, but restored only when it is stopped',
    async () => {
      const here = { LLMOS_HOME: instance.home };
      expect((await restore(['--verify', backup], here)).output).toContain('is complete');
      const refused = await restore([backup], here);
      expect(refused.code).toBe(1);
      expect(refused.errors).toContain('npx llmos down');
    },
    LIMIT_MS,
  );

  it(
    'that is damaged is refused with a reason',
    async () => {
      const file = join(folder, 'changed.bak');
      writeFileSync(
        file,
        readFileSync(backup).map((byte, at) => (at === 50_000 ? byte ^ 1 : byte)),
      );
      const { code, output, errors } = await restore([file]);
      expect({ code, output, stack: /\n\s+at /.test(errors) }).toEqual({ code: 1, output: '', stack: false });
      expect(errors).toContain('is damaged at byte');
    },
    LIMIT_MS,
  );

  describe('in a drill', () => {
    const metrics = join(folder, 'drill.prom');
    const here = () => ({ LLMOS_HOME: instance.home });
    const left = () => (existsSync(join(instance.home, 'drills')) ? readdirSync(join(instance.home, 'drills')) : []);

    it(
      'comes up beside the running instance, agrees with it and leaves nothing behind',
      async () => {
        const newer = { id: 'canteen', title: 'The canteen', text: 'It opens at noon.' };
        expect((await instance.post('/serving/process', { name: 'upsert_document', document: newer })).status).toBe(
          200,
        );
        const { code, output, errors } = await command(
          ['drill', '--from', backup, '--metrics', metrics, '--json'],
          here(),
        );
        expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
        const report = JSON.parse(output) as Drill;
        expect(report).toMatchObject({ ok: true, faults: [], backup });
        expect(report.wouldBeLost.entries).toBeGreaterThan(0);
        const documents = report.streams.find(({ name }) => name === 'KV_documents');
        expect(documents).toMatchObject({ same: expect.any(Number) as number, faults: [] });
        expect(documents!.same).toBeGreaterThan(0);
        // The copy has the document of the backup, and not the one that came later.
        const request = { name: 'list_documents', limit: 1_000 };
        const listed = (await instance.post('/serving/process', request)).body.details!['documents'] as unknown[];
        expect(report.doors).toEqual({ documents: listed.length - 1, same: listed.length - 1 });
        expect(readFileSync(metrics, 'utf8')).toContain('llmos_drill_success 1\n');
        expect(left()).toEqual([]);
      },
      LIMIT_MS,
    );

    it(
      'fails when it is damaged, and says so in the figures',
      async () => {
        const damaged = join(folder, 'drilled.bak');
        writeFileSync(damaged, readFileSync(backup).subarray(0, -1_000));
        const { code, errors } = await command(['drill', '--from', damaged, '--metrics', metrics], here());
        expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining('is incomplete') as string });
        expect(readFileSync(metrics, 'utf8')).toContain('llmos_drill_success 0\n');
        expect(left()).toEqual([]);
      },
      LIMIT_MS,
    );

    it(
      'leaves nothing behind when it is stopped',
      async () => {
        const child = spawn(process.execPath, ['llmos.mjs', 'drill', '--from', backup], {
          env: { ...process.env, ...keys, ...here() },
          stdio: 'ignore',
        });
        const ended = once(child, 'close');
        await waitFor('the copy to be made', () => left().length > 0 || child.exitCode !== null, LIMIT_MS);
        child.kill('SIGINT');
        expect(await ended).toEqual([130, null]);
        expect(left()).toEqual([]);
      },
      LIMIT_MS,
    );
  });

  it(
    'is restored into an empty home, and into a non-empty one only with --replace',
    async () => {
      const first = await restore([backup, '--json']);
      expect({ code: first.code, errors: first.code === 0 ? '' : first.errors }).toEqual({ code: 0, errors: '' });
      expect(JSON.parse(first.output)).toMatchObject({ restored: true, createdAt: expect.any(String) as string });
      const second = await restore([backup]);
      expect(second.code).toBe(1);
      expect(second.errors).toMatch(/messages are stored in .*KV_documents.*--replace/);
      const replaced = await restore([backup, '--replace']);
      expect(replaced.code).toBe(0);
      expect(replaced.output).toContain('shred these tenants again');
    },
    LIMIT_MS,
  );

  it(
    'restores documents and run records',
    async () => {
      const before = await record();
      await instance.stop();
      instance = await startInstance({ ...keys, LLMOS_HOME: home });
      expect(await record()).toEqual(before);
      expect((await search())[0]).toMatchObject({
        document: 'parrot',
        text: expect.stringContaining(SECRET) as string,
      });
    },
    LIMIT_MS,
  );
});
