import { headersOf } from '@llmos/bus';
import { LlmosError, subjects } from '@llmos/contracts';
import { Bus } from '@llmos/bus';
import { Vault } from '@llmos/vault';
import { Instance } from '@llmos/supervisor';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

describe('llmos dlq', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let home: string;

  const llmos = async (...args: string[]): Promise<{ code: number; output: string }> => {
    const env = { ...process.env, LLMOS_NATS_URL: nats.url, LLMOS_HOME: home };
    try {
      const { stdout } = await run(process.execPath, ['apps/cli/dist/main.js', 'dlq', ...args], { env });
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-dlq-'))]);
    const vault = new Vault({ home, masterKeyFile: undefined, encryption: true }, { error: () => undefined });
    bus = await Bus.connect({ url: nats.url, service: 'gateway', sealers: vault.sealers });
    await vault.open(bus);
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
    await rm(home, { recursive: true });
  });

  it('lists dead letters without opening them, opens one, and publishes its message unchanged', async () => {
    expect(await llmos('list')).toEqual({ code: 0, output: 'There are no dead letters.\n' });
    const text = '{"text":"my card 4111 1111 1111 1111"}';
    for (const tenant of ['acme', 'globex'])
      await bus.deadLetters.put({
        service: 'gateway',
        id: tenant,
        subject: subjects.intake(tenant, 'new_pipeline'),
        headers: headersOf([['ce-id', ['order-7']]]),
        data: Buffer.from(text),
        storedAtMs: Date.now(),
        attempts: 1,
        error: new LlmosError('UNKNOWN_PIPELINE', 'There is no pipeline for ada@example.org.').toBody(),
      });
    const { output } = await llmos('list', '--tenant', 'acme', '--json');
    expect(JSON.parse(output)).toMatchObject({
      total: 1,
      letters: [
        {
          sequence: 1,
          tenant: 'acme',
          subject: 'llmos.in.acme.new_pipeline',
          code: 'UNKNOWN_PIPELINE',
          reason: 'There is no pipeline for [EMAIL].',
          payload: 'sealed',
        },
      ],
    });
    const listed = (await llmos('list')).output;
    expect(listed.trimEnd().split('\n')).toHaveLength(3);
    expect(listed).not.toMatch(/4111|ada@/);
    expect((await llmos('show', '1')).output).toContain(text);
    expect(await llmos('redrive', '1')).toEqual({ code: 0, output: '✓ 1: published to llmos.in.acme.new_pipeline\n' });
    const sent = await bus.nc.request(
      '$JS.API.STREAM.MSG.GET.INTAKE',
      JSON.stringify({ last_by_subj: 'llmos.in.acme.new_pipeline' }),
    );
    expect(Buffer.from(sent.json<{ message: { data: string } }>().message.data, 'base64').toString()).toBe(text);
    expect(await llmos('redrive', '1', '2')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/✗ 1: There is no dead letter 1\.\n✓ 2: /),
    });
    expect(await llmos('show', 'x')).toMatchObject({ code: 1, output: expect.stringContaining('a whole number') });
  }, 120_000);

  const lastIn = async (subject: string): Promise<string> => {
    const answer = await bus.nc.request('$JS.API.STREAM.MSG.GET.INTAKE', JSON.stringify({ last_by_subj: subject }));
    return Buffer.from(answer.json<{ message: { data: string } }>().message.data, 'base64').toString();
  };
  const broken = async (id: string, data: string, headers: [string, string[]][] = []): Promise<number> => {
    await bus.deadLetters.put({
      ...{ service: 'gateway', id, attempts: 1, storedAtMs: Date.now(), data: Buffer.from(data) },
      ...{ subject: subjects.intake('acme', 'edited'), headers: headersOf([['ce-id', [id]], ...headers]) },
      error: new LlmosError('MALFORMED_EVENT', 'Why.').toBody(),
    });
    const { letters } = JSON.parse((await llmos('list', '--json')).output) as { letters: { sequence: number }[] };
    return letters.at(-1)!.sequence;
  };

  it('publishes a message with another body, from a file or from an editor', async () => {
    const fixed = join(home, 'fixed.json');
    const first = await broken('e1', '{"text": "helo');
    await writeFile(fixed, '{"text": ');
    expect(await llmos('edit', String(first), '--body', fixed)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/The new body is not JSON.*nothing was sent/),
    });
    await writeFile(fixed, '{"text": "hello"}');
    expect(await llmos('edit', String(first), '--body', fixed)).toEqual({
      code: 0,
      output: `✓ ${first}: published to llmos.in.acme.edited\n`,
    });
    expect(JSON.parse(await lastIn('llmos.in.acme.edited'))).toEqual({ text: 'hello' });
    const second = await broken('e2', '{"text":"fish"}');
    process.env['EDITOR'] = 'true';
    expect((await llmos('edit', String(second))).output).toContain('unchanged, and nothing was sent');
    process.env['EDITOR'] = 'false';
    expect((await llmos('edit', String(second))).output).toContain("The editor 'false' failed");
    process.env['EDITOR'] = "sed -i 's/fish/bird/'";
    expect(await llmos('edit', String(second))).toMatchObject({ code: 0 });
    delete process.env['EDITOR'];
    expect(JSON.parse(await lastIn('llmos.in.acme.edited'))).toEqual({ text: 'bird' });
    expect(await llmos('edit', String(second))).toMatchObject({
      code: 1,
      output: expect.stringContaining('no dead letter'),
    });
  }, 120_000);

  it('publishes a dead letter once, however many operators send it at the same time', async () => {
    const sequence = await broken('e3', '{}');
    const stored = async () => (await bus.pending('INTAKE')) as number;
    const before = await stored();
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => bus.deadLetterAdmin.redrive(sequence)));
    const sent = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.isRepeated] : []));
    expect(sent.filter((isRepeated) => !isRepeated)).toHaveLength(1);
    expect((await stored()) - before).toBe(1);
  }, 120_000);

  it('names the trace of a dead letter, and its page while traces can be viewed', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const sequence = await broken('e4', '{}', [['traceparent', [`00-${trace}-b7ad6b7169203331-01`]]]);
    expect((await llmos('show', String(sequence))).output).toContain(`trace: ${trace}`);
    // Only the command line of a supervisor counts.
    const supervisor = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'main.js', 'up']);
    try {
      const state = { pid: supervisor.pid!, startedAt: new Date().toISOString(), brokers: [], services: [] };
      const instance = new Instance(home, process.cwd());
      await mkdir(instance.folder, { recursive: true });
      instance.state.write({ ...state, tracesUrl: 'http://127.0.0.1:16686' });
      const { output } = await llmos('show', String(sequence));
      expect(output).toContain(`trace page: http://127.0.0.1:16686/trace/${trace}`);
    } finally {
      supervisor.kill();
    }
    await llmos('discard', String(sequence));
  }, 120_000);

  it('publishes or discards all that a choice describes', async () => {
    const put = (id: string, service: string, code: 'UNKNOWN_PIPELINE' | 'INTERNAL') =>
      bus.deadLetters.put({
        ...{ service, id, attempts: 1, storedAtMs: Date.now(), error: new LlmosError(code, 'Why.').toBody() },
        ...{ subject: subjects.intake('acme', 'p'), headers: headersOf([['ce-id', [id]]]), data: Buffer.from('{}') },
      });
    await put('a', 'gateway', 'UNKNOWN_PIPELINE');
    await put('b', 'gateway', 'INTERNAL');
    await put('c', 'intent', 'INTERNAL');
    const listed = async (...args: string[]) => {
      const { total, letters } = JSON.parse((await llmos('list', '--json', ...args)).output) as {
        total: number;
        letters: { service: string; code: string }[];
      };
      return [total, ...letters.map(({ service, code }) => `${service} ${code}`)];
    };
    expect(await listed('--code', 'INTERNAL', '--service', 'intent', '--since', '1h')).toEqual([1, 'intent INTERNAL']);
    const discarded = await llmos('discard', '--all', '--service', 'intent');
    expect(discarded).toMatchObject({ code: 0, output: expect.stringMatching(/^✓ \d+: discarded\n$/) });
    const redriven = await llmos('redrive', '--all', '--code', 'INTERNAL', '--rate', '50/s');
    expect(redriven).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^✓ \d+: published to llmos\.in\.acme\.p\n$/),
    });
    expect(await listed()).toEqual([1, 'gateway UNKNOWN_PIPELINE']);
    expect(await llmos('discard')).toMatchObject({ code: 1, output: expect.stringContaining('--all') });
    expect(await llmos('discard', '1', '--all')).toMatchObject({ code: 1 });
    expect(await llmos('discard', '1', '--service', 'intent')).toMatchObject({
      code: 1,
      output: expect.stringContaining('use them with --all'),
    });
    expect(await llmos('redrive', '--all', '--service', 'intent')).toEqual({
      code: 0,
      output: 'There are no such dead letters.\n',
    });
    expect((await llmos('list')).output).toMatch(/service +tenant[^]*gateway +acme/);
    expect(await llmos('redrive', '--all', '--rate', '50/h')).toMatchObject({
      code: 1,
      output: expect.stringContaining('50/s'),
    });
    expect(await llmos('list', '--since', 'yesterday')).toMatchObject({
      code: 1,
      output: expect.stringContaining('2h'),
    });
  }, 120_000);
});
