import { Bus } from '@llmos/bus';
import type { RunContext, RunRecord, TerminalAnswer } from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { AtRest, TenantKeys } from '@llmos/vault';
import { withTerminalAnswer, RunRecords } from '../src/run-records.js';

const SECRET = 'my card was stolen in Lisbon';

describe('what lies on the broker’s disk', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  let master: RsaKeyService;
  const context = (tenant: string): RunContext => ({
    run: bus.newRunId(),
    tenant,
    lane: 'durable',
    deadlineMs: Date.now() + 60_000,
  });
  const running = ({ run, tenant, lane }: RunContext): RunRecord => ({
    run,
    tenant,
    lane,
    pipeline: 'assistant',
    status: 'running',
    steps: [],
    createdAt: new Date().toISOString(),
  });
  const said: TerminalAnswer = {
    type: 'completed',
    result: SECRET,
    details: { heard: SECRET },
    timings: [],
    degraded: [],
  };
  const sealBlobs = (atRest: AtRest) =>
    bus.blobs.sealWith({
      seal: (tenant, name, body) => atRest.seal(tenant, 'blob', name, body),
      open: (tenant, name, body) => atRest.open(tenant, 'blob', name, body),
    });

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    master = RsaKeyService.fromPem(await newMasterKeyPem());
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 60_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  /** The bytes of every message of a stream, as the broker holds them. */
  async function streamBytes(stream: string): Promise<string> {
    const manager = await bus.nc.request(`$JS.API.STREAM.INFO.${stream}`);
    const { state } = manager.json<{ state: { first_seq: number; last_seq: number } }>();
    const bodies: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const reply = await bus.nc.request(`$JS.API.STREAM.MSG.GET.${stream}`, JSON.stringify({ seq }));
      const { message } = reply.json<{ message?: { data?: string } }>();
      bodies.push(Buffer.from(message?.data ?? '', 'base64').toString('latin1'));
    }
    return bodies.join('\n');
  }

  it('of a run holds how far it is, and nothing of what it said', async () => {
    const records = await RunRecords.open(bus, new AtRest(keys, true));
    const mine = running(context('acme'));
    await records.put(mine);
    await records.put(withTerminalAnswer(mine, said));
    expect(await records.get('acme', mine.run)).toMatchObject({
      status: 'completed',
      result: SECRET,
      details: { heard: SECRET },
    });
    expect(await records.peek('acme', mine.run)).toMatchObject({ status: 'completed' });
    const raw = await streamBytes('KV_llmos-runs');
    expect(raw).toContain(mine.run);
    expect(raw).not.toContain('Lisbon');
    // The last word stands, and is given back, as before.
    const late = withTerminalAnswer(mine, { ...said, result: 'another' });
    expect((await records.end(late)).result).toBe(SECRET);
    // Who is late with a step needs no key to learn that it is.
    await (await RunRecords.open(bus)).put(mine);
    expect(await records.peek('acme', mine.run)).toMatchObject({ status: 'completed' });
  });

  it('of a payload is sealed, and opens for its tenant under its name alone', async () => {
    sealBlobs(new AtRest(keys, true));
    const body = Buffer.from(SECRET.repeat(10_000));
    const name = await bus.blobs.put('acme', body);
    expect(Buffer.from(await bus.blobs.get('acme', name)).equals(body)).toBe(true);
    await keys.seal('other', { purpose: 'blob' }, body);
    await expect(bus.blobs.get('other', name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await streamBytes('OBJ_llmos-blobs')).not.toContain('Lisbon');
  });

  it('is read whether it was sealed or not, with encryption on or off', async () => {
    const [on, off] = [new AtRest(keys, true), new AtRest(keys, false)];
    for (const [writer, reader] of [
      [on, off],
      [off, on],
    ] as const) {
      const run = withTerminalAnswer(running(context('acme')), said);
      await (await RunRecords.open(bus, writer)).put(run);
      expect((await (await RunRecords.open(bus, reader)).get('acme', run.run))?.result).toBe(SECRET);
      sealBlobs(writer);
      const name = await bus.blobs.put('acme', Buffer.from(SECRET));
      sealBlobs(reader);
      expect(Buffer.from(await bus.blobs.get('acme', name)).toString()).toBe(SECRET);
    }
  });

  it('of a shredded tenant does not open, and the error says so', async () => {
    const atRest = new AtRest(keys, true);
    const records = await RunRecords.open(bus, atRest);
    const run = withTerminalAnswer(running(context('leaver')), said);
    await records.put(run);
    sealBlobs(atRest);
    const name = await bus.blobs.put('leaver', Buffer.from(SECRET));
    await keys.shred('leaver');
    const lost = { code: 'NOT_FOUND', message: expect.stringContaining('has been destroyed') };
    await expect(records.get('leaver', run.run)).rejects.toMatchObject(lost);
    await expect(bus.blobs.get('leaver', name)).rejects.toMatchObject(lost);
    // Whoever only asks how far it is, or says the last word again, is not stopped by it.
    expect(await records.peek('leaver', run.run)).toMatchObject({ status: 'completed' });
    const standing = await records.end(run);
    expect([standing.status, standing.result]).toEqual(['completed', undefined]);
  });

  it('costs microseconds to seal and to open', async () => {
    const atRest = new AtRest(keys, true);
    for (const [what, sizeBytes] of [
      ['run record', 2_000],
      ['document', 40_000],
      ['audio', 1_000_000],
    ] as const) {
      const bytes = Buffer.alloc(sizeBytes, 'x');
      const sealed = await atRest.seal('acme', 'cost', 'id', bytes);
      const medianMicroseconds = async (work: () => Promise<unknown>) => {
        const taken: number[] = [];
        for (let n = 0; n < 300; n++) {
          const startedAt = performance.now();
          await work();
          taken.push((performance.now() - startedAt) * 1_000);
        }
        return taken.sort((a, b) => a - b)[150]!;
      };
      const seal = await medianMicroseconds(() => atRest.seal('acme', 'cost', 'id', bytes));
      const open = await medianMicroseconds(() => atRest.open('acme', 'cost', 'id', sealed));
      console.log(`${what} of ${sizeBytes} bytes: seal ${seal.toFixed(0)} µs, open ${open.toFixed(0)} µs`);
      expect(seal + open).toBeLessThan(50_000);
    }
  }, 30_000);
});
