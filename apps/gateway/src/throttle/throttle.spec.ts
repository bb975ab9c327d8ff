import { observationSchema, type Observation, type Restriction } from '@llmos/contracts/capabilities/security';
import { LlmosError, type TerminalAnswer } from '@llmos/contracts';
import fc from 'fast-check';
import Fastify from 'fastify';
import { parseNetworks } from '../auth/client-address.js';
import { Identities } from '../auth/identity.js';
import { ObservationBuffer } from './observation-buffer.js';
import { RestrictionsFeed } from './restrictions-feed.js';
import { usageOf } from './run-usage.js';
import { SlowLane } from './slow-lane.js';
import { Throttle } from './throttle.js';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const identities = new Identities(
  new Map([['k1', { tenant: 'acme', role: 'caller' }]]),
  parseNetworks('10.0.0.0/8, 2001:db8::1')!,
);

function restriction(subject: Restriction['subject'], more: Partial<Restriction> = {}): Restriction {
  return {
    id: `${subject.kind}.${Buffer.from(subject.id).toString('base64url')}`,
    subject,
    action: 'block',
    reason: 'test',
    since: '2026-11-24T07:59:00Z',
    until: '2026-11-24T08:15:00Z',
    ...more,
  };
}

/** A feed of a bucket that holds these entries. */
async function feedOf(...restrictions: (Restriction | Uint8Array)[]): Promise<RestrictionsFeed> {
  const feed = new RestrictionsFeed();
  await feed.start({
    watch: (watcher) => {
      restrictions.forEach((each, at) =>
        watcher.onEntry({
          key: each instanceof Uint8Array ? `broken-${at}` : each.id,
          value: each instanceof Uint8Array ? each : new TextEncoder().encode(JSON.stringify(each)),
          revision: at + 1,
        }),
      );
      return Promise.resolve({ stop: () => undefined });
    },
  });
  return feed;
}

async function throttleOf(restrictions: (Restriction | Uint8Array)[], more: { restrictLoopback?: boolean } = {}) {
  const feed = await feedOf(...restrictions);
  return new Throttle({ feed, slowLane: new SlowLane(12), restrictLoopback: false, ...more });
}

const from = (socketAddress: string, more: { forwardedFor?: string; authorization?: string } = {}) =>
  identities.resolve({ socketAddress, forwardedFor: undefined, authorization: undefined, ...more });

const completed = (details: Record<string, unknown>): TerminalAnswer => ({
  type: 'completed',
  result: 'secret',
  details,
  timings: [],
  degraded: [],
});

describe('Throttle', () => {
  it('lets every request pass while no restriction is known, and ignores an entry that cannot be read', async () => {
    const throttle = await throttleOf([new TextEncoder().encode('{"id":')]);
    expect(throttle.refuse(from('198.51.100.7'), NOW)).toBeUndefined();
  });

  it('tells a blocked caller until when, and whom to ask', async () => {
    const blocked = restriction({ kind: 'address', id: '198.51.100.7' });
    const throttle = await throttleOf([blocked]);
    expect(throttle.refuse(from('198.51.100.7'), NOW)).toMatchObject({
      code: 'RESTRICTED',
      message:
        'This address is blocked until 2026-11-24T08:15:00Z. ' +
        `Ask the operator of this service, and name the restriction '${blocked.id}'.`,
    });
    expect(throttle.refuse(from('198.51.100.7'), NOW + 16 * 60_000)).toBeUndefined();
    expect(throttle.refuse(from('198.51.100.8'), NOW)).toBeUndefined();
  });

  it('restricts a key by its hash, and a tenant by the keys that act for it', async () => {
    const { key } = from('198.51.100.7', { authorization: 'Bearer k1' });
    for (const subject of [{ kind: 'key', id: key! } as const, { kind: 'tenant', id: 'acme' } as const]) {
      const throttle = await throttleOf([restriction(subject, { action: 'hold', until: undefined as never })]);
      const refuse = (authorization?: string) =>
        throttle.refuse(from('198.51.100.7', authorization ? { authorization } : {}), NOW);
      expect(refuse('Bearer k1')?.message).toContain('until an operator lifts the restriction');
      expect(refuse('Bearer k2')).toBeUndefined();
      expect(refuse()).toBeUndefined();
    }
  });

  it('slows a tenant because of the load, whatever else restricts it, and takes no other restriction for that reason', async () => {
    const tenant = { kind: 'tenant', id: 'acme' } as const;
    const load = { id: 'load.YWNtZQ', action: 'slow', until: '2026-11-24T08:04:00Z' } as const;
    const refusals = async (...restrictions: Restriction[]) => {
      const throttle = await throttleOf(restrictions);
      const caller = from('192.0.2.7', { authorization: 'Bearer k1' });
      return Array.from({ length: 5 }, () => throttle.refuse(caller, NOW)?.code);
    };
    expect((await refusals(restriction(tenant, load))).at(-1)).toBe('RATE_LIMITED');
    expect((await refusals(restriction(tenant, load), restriction(tenant)))[0]).toBe('RESTRICTED');
    const ended = restriction(tenant, { until: '2026-11-24T07:59:30Z' });
    expect((await refusals(restriction(tenant, load), ended)).at(-1)).toBe('RATE_LIMITED');
    for (const wrong of [{ action: 'block' }, { until: '2026-11-24T09:00:00Z' }, { until: undefined }] as const)
      expect(await refusals(restriction(tenant, { ...load, ...wrong }))).toEqual(Array(5).fill(undefined));
    const address = restriction({ kind: 'address', id: '192.0.2.7' }, load);
    expect(await refusals(address)).toEqual(Array(5).fill(undefined));
  });

  it('slows a caller: a few requests at once, then some per minute, each refusal with the time to wait', async () => {
    const throttle = await throttleOf([restriction({ kind: 'address', id: '198.51.100.7' }, { action: 'slow' })]);
    const caller = from('198.51.100.7');
    const passed = (fromMs: number, count: number) =>
      Array.from({ length: count }, () => throttle.refuse(caller, fromMs)).filter((refusal) => !refusal).length;
    expect(passed(NOW, 10)).toBe(3);
    expect(throttle.refuse(caller, NOW)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 5 });
    expect(passed(NOW + 5_000, 10)).toBe(1);
    expect(passed(NOW + 10 * 60_000, 10)).toBe(3);
  });

  it('lets requests from this machine pass, but not those that a proxy on it forwards', async () => {
    const local = restriction({ kind: 'address', id: '127.0.0.1' });
    const throttle = await throttleOf([local]);
    expect(throttle.refuse(from('127.0.0.1'), NOW)).toBeUndefined();
    expect(throttle.refuse(from('127.0.0.1', { forwardedFor: '203.0.113.1' }), NOW)).toBeDefined();
    const strict = await throttleOf([local], { restrictLoopback: true });
    expect(strict.refuse(from('127.0.0.1'), NOW)).toBeDefined();
  });

  it('makes observations that satisfy the contract and contain nothing of the request', async () => {
    const throttle = await throttleOf([]);
    const handled = { route: 'POST /serving/process', status: 200, durationMs: 1, pipeline: 'x' };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.string(), (details, authorization) => {
        const identity = from('198.51.100.7', { authorization });
        const usage = usageOf(completed(details));
        observationSchema.parse(throttle.observe(identity, { ...handled, usage }, NOW));
      }),
    );
    const answer = completed({
      usage: { inputTokens: 3, outputTokens: 4 },
      screening: { score: 0.9, spans: ['secret'] },
    });
    const identity = from('198.51.100.7', { authorization: 'Bearer k1' });
    const observation = throttle.observe(identity, { ...handled, usage: usageOf(answer) }, NOW);
    expect(observation).toMatchObject({ tenant: 'acme', pipeline: 'x', tokens: 7, injectionScore: 0.9 });
    expect(JSON.stringify(observation)).not.toMatch(/secret|k1/);
  });

  it('observes the end of a durable run with its caller, and none that consumed nothing and was not screened', async () => {
    const throttle = await throttleOf([]);
    const { caller, address } = from('198.51.100.7', { authorization: 'Bearer k1' });
    const durable = { caller: caller!, address, pipeline: 'x', startedAtMs: NOW - 7_000 };
    const error = new LlmosError('CONTENT_REFUSED', 'secret').toBody();
    const observation = throttle.observeRun(durable, { type: 'failed', error }, NOW);
    expect(observationSchema.parse(observation)).toMatchObject({
      kind: 'run',
      tenant: 'acme',
      key: caller!.key,
      address,
      pipeline: 'x',
      status: 422,
      durationMs: 7_000,
      tokens: 0,
      injectionScore: 1,
    });
    expect(JSON.stringify(observation)).not.toMatch(/secret|k1/);
    expect(throttle.observeRun(durable, completed({}), NOW)).toBeUndefined();
    const event = { ...durable, caller: { tenant: 'acme', role: 'caller' } as const, address: undefined };
    const usage = { inputTokens: 3, outputTokens: 4 };
    observationSchema.parse(throttle.observeRun(event, completed({ usage }), NOW));
  });

  it('costs far less time than an HTTP request that does nothing', async () => {
    const others = Array.from({ length: 1_000 }, (_, at) =>
      restriction({ kind: 'address', id: `203.0.${at >> 8}.${at & 255}` }),
    );
    const throttle = await throttleOf(others);
    const answer = completed({ usage: { inputTokens: 3, outputTokens: 4 }, screening: { score: 0.1 } });
    const buffer = new ObservationBuffer(5_000);
    const throttled = () => {
      const identity = from('10.0.0.2', { forwardedFor: '198.51.100.7', authorization: 'Bearer k1' });
      throttle.refuse(identity, NOW);
      const handled = { route: 'r', status: 200, durationMs: 1, pipeline: 'x', usage: usageOf(answer) };
      buffer.add(throttle.observe(identity, handled, NOW));
    };
    const fastify = Fastify();
    fastify.get('/', () => ({}));
    const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
    const times: Record<'throttle' | 'request', number[]> = { throttle: [], request: [] };
    // Alternating, so that the load of the machine is the same for both.
    for (let at = 0; at < 500; at++) {
      const began = performance.now();
      for (let n = 0; n < 20; n++) throttled();
      const between = performance.now();
      await (await fetch(url)).arrayBuffer();
      times.throttle.push((between - began) / 20);
      times.request.push(performance.now() - between);
    }
    await fastify.close();
    const median = (of: number[]) => of.toSorted((a, b) => a - b)[of.length >> 1]! * 1_000;
    const [cost, request] = [median(times.throttle), median(times.request)];
    process.stdout.write(`throttle: ${cost.toFixed(1)} µs, an empty request ${request.toFixed(1)} µs\n`);
    expect(cost).toBeLessThan(request / 5);
  });
});

describe('ObservationBuffer', () => {
  it('is bounded: the oldest observations are dropped and counted', () => {
    const buffer = new ObservationBuffer(10);
    let dropped = 0;
    for (let at = 0; at < 95; at++) dropped += buffer.add({ status: at } as Observation);
    expect(buffer.size).toBeLessThan(20);
    const { batch, dropped: more } = buffer.takeBatch(4);
    expect(batch.map(({ status }) => status)).toEqual([85, 86, 87, 88]);
    expect(dropped + more + 10).toBe(95);
    expect(buffer.size).toBe(6);
  });
});
