import { BUCKETS, type InputOf } from '@llmos/contracts';
import { release } from '@llmos/contracts/capabilities/security';
import { Bus } from '@llmos/mesh';
import { epsilonOf } from '@llmos/privacy';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { KvBudgetStore } from '../src/disclosure/adapters/kv-budget.store.adapter.js';
import { DisclosureService } from '../src/disclosure/disclosure.service.js';

const ask = (budget: string, rho = 0.05): InputOf<typeof release> => ({
  budget,
  query: { kind: 'count', value: 943 },
  mechanism: 'gaussian',
  rho,
  contributions: 1,
});

describe('Privacy budgets over a real nats-server', () => {
  let nats: TestNatsServer;
  const buses: Bus[] = [];
  async function startProcess(): Promise<DisclosureService> {
    const bus = await Bus.connect({ url: nats.url, service: 'security' });
    buses.push(bus);
    return new DisclosureService({ budgets: await KvBudgetStore.open(bus), totalRho: 1, delta: 1e-6 });
  }
  beforeAll(async () => void (nats = await startNatsServer()));
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('answer exactly 20 of 200 concurrent requests from four processes if they cover 20', async () => {
    const processes = await Promise.all([startProcess(), startProcess(), startProcess(), startProcess()]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) => processes[n % 4]!.release('acme', `run-${n}:count`, ask('crowd'))),
    );
    const answered = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(answered).toHaveLength(20);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'BUDGET_SPENT', field: 'rho' });
    const left = answered.map(({ value }) => value.remainingRho).sort((a, b) => a - b);
    expect(left).toEqual(Array.from({ length: 20 }, (_, n) => n / 20).map((rho) => expect.closeTo(rho, 9)));
    const last = answered.find(({ value }) => value.remainingRho === 0)!.value;
    expect(last.epsilon).toBeCloseTo(epsilonOf(1, 1e-6), 9);
  }, 120_000);

  it('pay once for a redelivered step, which gets the same answer, also from another process', async () => {
    const [mine, theirs] = [await startProcess(), await startProcess()];
    const first = release.output.parse(await mine.release('acme', 'run-1:count', ask('again')));
    const concurrent = await Promise.all(
      [mine, theirs, mine].map((each) => each.release('acme', 'run-1:count', ask('again'))),
    );
    expect(concurrent).toEqual([first, first, first]);
    expect((await theirs.release('acme', 'run-2:count', ask('again'))).remainingRho).toBeCloseTo(0.9, 9);
  });

  it('survive a crash of the broker, and are separate for each tenant', async () => {
    const service = await startProcess();
    await service.release('acme', 'run-1:count', ask('lasting', 0.6));
    await nats.crashAndRestart();
    const later = await startProcess();
    await expect(later.release('acme', 'run-2:count', ask('lasting', 0.6))).rejects.toMatchObject({
      code: 'BUDGET_SPENT',
    });
    expect((await later.release('other', 'run-2:count', ask('lasting', 0.6))).remainingRho).toBeCloseTo(0.4, 9);
  }, 120_000);

  it('pay nothing for a rejected query', async () => {
    const service = await startProcess();
    const query = { kind: 'mean', sum: 99, count: 1, lower: 0, upper: 5 } as const;
    await expect(service.release('acme', 'run-1:mean', { ...ask('clean'), query })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect((await service.release('acme', 'run-2:count', ask('clean', 1))).remainingRho).toBe(0);
  });

  it('do not count as unspent if their entry cannot be read', async () => {
    const service = await startProcess();
    await (await buses.at(-1)!.kv(BUCKETS.budgets)).put('acme.broken', Buffer.from('{"spentNano":"-1"}'));
    await expect(service.release('acme', 'run-1:count', ask('broken'))).rejects.toThrow();
  });
});
