import { Bus } from '@llmos/bus';
import type { RunContext, RunRecord, TerminalAnswer } from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, type TestNatsServer } from '@llmos/testing';
import { AtRest, TenantKeys } from '@llmos/vault';
import { withTerminalAnswer, RunRecords } from '../src/run-records.js';

const SECRET = 'my card was stolen in Lisbon';

describe('RunRecords', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  const running = (tenant: string): RunRecord => ({
    run: bus.newRunId(),
    tenant,
    lane: 'durable' satisfies RunContext['lane'],
    pipeline: 'assistant',
    status: 'running',
    steps: [],
    createdAt: new Date().toISOString(),
  });
  const answer: TerminalAnswer = {
    type: 'completed',
    result: SECRET,
    details: { heard: SECRET },
    timings: [],
    degraded: [],
  };

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    const master = RsaKeyService.fromPem(await newMasterKeyPem());
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  it('stores the progress of a run in the clear and its answer sealed', async () => {
    const records = await RunRecords.open(bus, new AtRest(keys, true));
    const mine = running('acme');
    await records.begin(mine);
    expect(await records.get('acme', mine.run)).toEqual(mine);
    await records.end(withTerminalAnswer(mine, answer));
    expect(await records.get('acme', mine.run)).toMatchObject({
      status: 'completed',
      result: SECRET,
      details: { heard: SECRET },
    });
    expect(await records.peek('acme', mine.run)).toMatchObject({ status: 'completed' });
    expect(await filesHolding(nats.pid, mine.run)).not.toEqual([]);
    expect(await filesHolding(nats.pid, 'Lisbon')).toEqual([]);
  });

  it('keeps the first terminal answer of a run, and returns it to later writers', async () => {
    const records = await RunRecords.open(bus, new AtRest(keys, true));
    const mine = running('acme');
    await records.end(withTerminalAnswer(mine, answer));
    expect((await records.end(withTerminalAnswer(mine, { ...answer, result: 'another' }))).result).toBe(SECRET);
    // A late step needs no key to learn that the run has ended.
    await (await RunRecords.open(bus)).begin(mine);
    expect(await records.peek('acme', mine.run)).toMatchObject({ status: 'completed' });
  });

  it('reads sealed and plain records, with encryption on or off', async () => {
    const [on, off] = [new AtRest(keys, true), new AtRest(keys, false)];
    for (const [writer, reader] of [
      [on, off],
      [off, on],
    ] as const) {
      const run = withTerminalAnswer(running('acme'), answer);
      await (await RunRecords.open(bus, writer)).end(run);
      expect((await (await RunRecords.open(bus, reader)).get('acme', run.run))?.result).toBe(SECRET);
    }
  });

  it('shows only the progress of a run whose tenant was shredded', async () => {
    const records = await RunRecords.open(bus, new AtRest(keys, true));
    const run = withTerminalAnswer(running('leaver'), answer);
    await records.end(run);
    await keys.shred('leaver');
    await expect(records.get('leaver', run.run)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('has been destroyed'),
    });
    expect(await records.peek('leaver', run.run)).toMatchObject({ status: 'completed' });
    const standing = await records.end(run);
    expect([standing.status, standing.result]).toEqual(['completed', undefined]);
  });
});
