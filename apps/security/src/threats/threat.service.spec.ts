import { detectThreats, type Alert, type Observation } from '@llmos/contracts/capabilities/security';
import fc from 'fast-check';
import { InMemoryBaselineStore, InMemoryRestrictionStore } from '../../test/fixtures/in-memory-stores.js';
import { MINUTE_MS, request, START_MS } from '../../test/fixtures/simulated-traffic.js';
import { Exemptions } from './exemptions.js';
import { restrictionId, RestrictionRegister } from './restriction-register.js';
import { ThreatDetector } from './threat-detector.js';
import { limitsOf } from './threat-limits.js';
import { ThreatService } from './threat.service.js';

const LIMITS = {
  requestsPerMinute: 100,
  tokensPerMinute: 200_000,
  injections: 10,
  injectionScore: 0.5,
  maxSubjects: 1_000,
};
const ADDRESS = '203.0.113.9';
const KEY = 'a'.repeat(64);
const ID = restrictionId({ kind: 'address', id: ADDRESS });

function setUp({ exempt = [] as string[], restrictLoopback = false } = {}) {
  const store = new InMemoryRestrictionStore();
  const baselines = new InMemoryBaselineStore();
  const alerts: Alert[] = [];
  const clock = { ms: START_MS };
  const problems: string[] = [];
  const service = new ThreatService({
    detector: new ThreatDetector(limitsOf(LIMITS)),
    register: new RestrictionRegister(store, new Exemptions(exempt, { restrictLoopback }), 10),
    baselines,
    onAlert: (alert) => alerts.push(alert),
    onProblem: (what) => problems.push(what),
    now: () => clock.ms,
  });
  let runs = 0;
  const attack = (count: number, more: Partial<Observation> = {}) =>
    service.detect(
      Array.from({ length: count }, () => request(clock.ms, { address: ADDRESS, ...more })),
      `run-${runs++}`,
    );
  return { store, baselines, alerts, clock, problems, service, attack };
}

describe('ThreatService', () => {
  it('slows a subject twice and then blocks it, and each restriction ends by itself', async () => {
    const { service, attack, clock } = setUp();
    const actions: (string | undefined)[] = [];
    for (let times = 0; times < 4; times++) {
      const { restrictions, alerts } = await attack(150);
      expect(alerts[0]).toMatchObject({ signal: 'request_rate', severity: 'medium', restriction: ID });
      actions.push(restrictions[0]?.action);
      clock.ms += 61 * MINUTE_MS;
      expect(await service.restrictions()).toEqual([]);
    }
    expect(actions).toEqual(['slow', 'slow', 'block', 'block']);
  });

  it('blocks a subject at three times the limit, and the third time until an operator lifts it', async () => {
    const { service, attack, clock } = setUp();
    const seen: (string | undefined)[] = [];
    for (let times = 0; times < 3; times++) {
      const { restrictions } = await attack(400);
      seen.push(restrictions[0]?.action);
      clock.ms += 61 * MINUTE_MS;
    }
    expect(seen).toEqual(['block', 'block', 'hold']);
    clock.ms += 100 * 24 * 60 * MINUTE_MS;
    const [held] = await service.restrictions();
    expect(held).toMatchObject({ id: ID, action: 'hold', subject: { kind: 'address', id: ADDRESS } });
    expect(held).not.toHaveProperty('until');
    expect(await service.lift(ID)).toBe(true);
    expect(await service.lift(ID)).toBe(false);
    expect(await service.restrictions()).toEqual([]);
    expect((await attack(150)).restrictions[0]?.action).toBe('slow');
  });

  it('slows a tenant, but never blocks it', async () => {
    const { attack } = setUp();
    const { restrictions } = await attack(4_000, { tenant: 'acme', key: KEY });
    const tenant = restrictions.find(({ subject }) => subject.kind === 'tenant');
    expect(tenant?.action).toBe('slow');
  });

  it('raises only alerts about tenants without keys, loopback addresses and exempt subjects', async () => {
    const loopback = setUp();
    expect(await loopback.attack(400, { address: '127.0.0.1' })).toMatchObject({
      alerts: [{ severity: 'high' }],
      restrictions: [],
    });
    const strict = setUp({ restrictLoopback: true });
    expect((await strict.attack(400, { address: '127.0.0.1' })).restrictions).toHaveLength(1);
    const exempt = setUp({ exempt: ['address:203.0.113.0/24'] });
    expect((await exempt.attack(400)).restrictions).toEqual([]);
    expect(exempt.alerts).toHaveLength(1);
    const keyless = setUp();
    const { alerts, restrictions } = await keyless.attack(4_000, { tenant: 'default', address: '::1' });
    expect(new Set(alerts.map(({ subject }) => subject.kind))).toEqual(new Set(['address', 'tenant']));
    expect(restrictions).toEqual([]);
  });

  it('raises only an alert about an address with several keys', async () => {
    const { service } = setUp();
    const batch = ['1', '2', '3'].flatMap((key) =>
      Array.from({ length: 60 }, () => request(START_MS, { key: key.repeat(64), address: ADDRESS })),
    );
    const { alerts, restrictions } = await service.detect(batch, 'run');
    expect(alerts).toContainEqual(expect.objectContaining({ subject: { kind: 'address', id: ADDRESS } }));
    expect(restrictions).toEqual([]);
  });

  it('counts a redelivered batch once', async () => {
    const { service, alerts } = setUp();
    const batch = Array.from({ length: 60 }, () => request(START_MS, { address: ADDRESS }));
    const [first, second] = await Promise.all([service.detect(batch, 'same'), service.detect(batch, 'same')]);
    expect(second).toEqual(first);
    expect(alerts).toEqual([]);
  });

  it('raises alerts even if a restriction cannot be stored', async () => {
    const { store, attack, problems } = setUp();
    store.put = () => Promise.reject(new Error('away'));
    expect((await attack(400)).alerts).toHaveLength(1);
    expect(problems).toEqual(['a restriction could not be stored']);
  });

  it('respects a restriction that another replica stores at the same time', async () => {
    const { store, attack } = setUp();
    const put = store.put.bind(store);
    let conflicts = 1;
    store.put = async (stored) => {
      if (conflicts-- > 0) await put({ ...stored, strikes: 2 });
      return put(stored);
    };
    const { restrictions } = await attack(150);
    expect(restrictions[0]?.action).toBe('slow');
    expect(store.entries.get(ID)?.strikes).toBe(2);
  });

  it('rejects an exemption in an unknown form', () => {
    const options = { restrictLoopback: false };
    for (const entry of ['acme', 'address:nowhere', 'address:10.0.0.0/33', 'user:x'])
      expect(() => new Exemptions([entry], options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('ThreatService with arbitrary observations', () => {
  const observation = fc.record(
    {
      at: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
        .map((date) => date.toISOString()),
      tenant: fc.string({ maxLength: 64 }),
      key: fc.string({ maxLength: 64 }),
      address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 64 })),
      route: fc.string({ maxLength: 64 }),
      pipeline: fc.string({ maxLength: 64 }),
      status: fc.oneof(fc.integer(), fc.constantFrom(200, 400, 401, 404)),
      durationMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      tokens: fc.nat(),
      injectionScore: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: ['at', 'tenant', 'address', 'route', 'status', 'durationMs', 'tokens'] },
  );

  it('never rejects, reports valid figures, and stays within its memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(observation, { minLength: 1, maxLength: 60 }), { maxLength: 6 }),
        async (batches) => {
          const detector = new ThreatDetector(limitsOf({ ...LIMITS, requestsPerMinute: 5, maxSubjects: 20 }));
          const service = new ThreatService({
            detector,
            register: new RestrictionRegister(
              new InMemoryRestrictionStore(),
              new Exemptions([], { restrictLoopback: true }),
              10,
            ),
            baselines: new InMemoryBaselineStore(),
            onAlert: () => undefined,
            onProblem: (what, error) => {
              throw new Error(what, { cause: error });
            },
            now: () => START_MS,
          });
          for (const [index, batch] of batches.entries()) {
            const input = detectThreats.input.parse({ observations: batch });
            const report = await service.detect(input.observations, String(index));
            expect(detectThreats.output.parse(report)).toEqual(report);
            expect(report.restrictions.length).toBeLessThanOrEqual(10);
          }
          expect(detector.subjects).toBeLessThanOrEqual(20);
        },
      ),
      { numRuns: 100 },
    );
  });
});
