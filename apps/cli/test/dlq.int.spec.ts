import { headersOf } from '@llmos/bus';
import { LlmosError, subjects } from '@llmos/contracts';
import { Bus } from '@llmos/bus';
import { Vault } from '@llmos/vault';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
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
  }, 60_000);
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
  }, 60_000);

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
    const redriven = await llmos('redrive', '--all', '--code', 'INTERNAL', '--rate', '50');
    expect(redriven).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^✓ \d+: published to llmos\.in\.acme\.p\n$/),
    });
    expect(await listed()).toEqual([1, 'gateway UNKNOWN_PIPELINE']);
    expect(await llmos('discard')).toMatchObject({ code: 1, output: expect.stringContaining('--all') });
    expect(await llmos('discard', '1', '--all')).toMatchObject({ code: 1 });
    expect(await llmos('list', '--since', 'yesterday')).toMatchObject({
      code: 1,
      output: expect.stringContaining('2h'),
    });
  }, 60_000);
});
