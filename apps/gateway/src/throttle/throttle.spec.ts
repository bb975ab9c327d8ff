import { observationSchema, type Observation, type Restriction } from '@llmos/contracts/capabilities/security';
import fc from 'fast-check';
import { CallerKeys } from '../auth/identity.js';
import { clientAddressOf } from '../auth/client-address.js';
import { Throttle } from './throttle.js';
import { parseNetworks } from '../auth/networks.js';
import { ObservationBuffer } from './observation-buffer.js';
import { notesOf, pipelineOf } from './observation-notes.js';
import { RestrictionsFeed } from './restrictions-feed.js';
import { SlowLane } from './slow-lane.js';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const proxies = parseNetworks('10.0.0.0/8, 2001:db8::1')!;

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

/** A bucket that holds what it is given, as the mesh's would. */
async function feedOf(...restrictions: (Restriction | Uint8Array)[]): Promise<RestrictionsFeed> {
  const feed = new RestrictionsFeed();
  await feed.start({
    watch: (watcher) => {
      restrictions.forEach((each, at) =>
        watcher.onEntry({
          key: each instanceof Uint8Array ? `broken-${at}` : each.id,
          value: each instanceof Uint8Array ? each : new TextEncoder().encode(JSON.stringify(each)),
          revision: at + 1,
          storedAtMs: 0,
        }),
      );
      return Promise.resolve({ stop: () => undefined });
    },
  });
  return feed;
}

async function throttleOf(restrictions: (Restriction | Uint8Array)[], more: { restrictLoopback?: boolean } = {}) {
  return new Throttle({
    keys: new CallerKeys(new Map([['k1', { tenant: 'acme', role: 'caller' }]])),
    feed: await feedOf(...restrictions),
    slowLane: new SlowLane(12),
    trustedProxies: proxies,
    restrictLoopback: false,
    ...more,
  });
}

const from = (socketAddress: string, more: { forwardedFor?: string; authorization?: string } = {}) => ({
  socketAddress,
  forwardedFor: undefined,
  authorization: undefined,
  ...more,
});

describe('whose address counts', () => {
  it.each([
    ['the socket', '198.51.100.7', undefined, '198.51.100.7'],
    ['the socket, whatever a stranger claims', '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['what a trusted proxy saw', '10.0.0.2', '203.0.113.1', '203.0.113.1'],
    [
      'the last that is no proxy, not what the caller put before it',
      '10.0.0.2',
      '1.1.1.1, 203.0.113.1, 10.1.1.1',
      '203.0.113.1',
    ],
    ['the proxy, when it says nothing that is an address', '10.0.0.2', 'unknown', '10.0.0.2'],
    ['an IPv4 address in IPv6 form', '::ffff:198.51.100.7', undefined, '198.51.100.7'],
    ['the network of an IPv6 address', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['the same however it is written', '2001:0DB8:0001::9', undefined, '2001:db8:1:0::/64'],
  ])('%s', (_, socket, forwarded, expected) => {
    expect(clientAddressOf(socket, forwarded, proxies).address).toBe(expected);
  });

  it('is never a crash, and local only for a socket of this machine that nobody forwards for', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
        fc.option(fc.oneof(fc.string(), fc.ipV4(), fc.array(fc.ipV6()).map(String)), { nil: undefined }),
        (socket, forwarded) => {
          const { address, isLocal } = clientAddressOf(socket, forwarded, proxies);
          expect(address).not.toBe('');
          if (forwarded !== undefined) expect(isLocal).toBe(false);
        },
      ),
    );
  });

  it.each(['10.0.0.0/33', 'proxy.example.org', '10.0.0.1/', '::1/129'])('refuses %j as a network', (text) => {
    expect(parseNetworks(text)).toBeUndefined();
  });
});

describe('the guard', () => {
  it('lets everybody in while nothing is known, and when an entry cannot be read', async () => {
    const throttle = await throttleOf([new TextEncoder().encode('{"id":')]);
    expect(throttle.refuse(throttle.identify(from('198.51.100.7')), NOW)).toBeUndefined();
  });

  it('says until when a caller is blocked, and whom to ask', async () => {
    const blocked = restriction({ kind: 'address', id: '198.51.100.7' });
    const throttle = await throttleOf([blocked]);
    const caller = throttle.identify(from('198.51.100.7'));
    expect(throttle.refuse(caller, NOW)?.error).toMatchObject({
      code: 'RESTRICTED',
      message: `This address is held back until 2026-11-24T08:15:00Z. Ask whoever runs this service, and name the restriction '${blocked.id}'.`,
    });
    expect(throttle.refuse(caller, NOW + 16 * 60_000)).toBeUndefined();
    expect(throttle.refuse(throttle.identify(from('198.51.100.8')), NOW)).toBeUndefined();
  });

  it('knows keys by their hash, and a tenant by its key', async () => {
    const keys = new CallerKeys(new Map([['k1', { tenant: 'acme', role: 'caller' }]]));
    const { key } = keys.identify('Bearer k1');
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    for (const subject of [{ kind: 'key', id: key! } as const, { kind: 'tenant', id: 'acme' } as const]) {
      const throttle = await throttleOf([restriction(subject, { action: 'hold', until: undefined as never })]);
      const refuse = (authorization?: string) =>
        throttle.refuse(throttle.identify(from('198.51.100.7', authorization ? { authorization } : {})), NOW);
      expect(refuse('Bearer k1')?.error.message).toContain('until an operator lifts it');
      expect(refuse('Bearer k2')).toBeUndefined();
      expect(refuse()).toBeUndefined();
    }
  });

  it('slows: a few at once, then some a minute, each told how long to wait', async () => {
    const throttle = await throttleOf([restriction({ kind: 'address', id: '198.51.100.7' }, { action: 'slow' })]);
    const caller = throttle.identify(from('198.51.100.7'));
    const passed = (fromMs: number, count: number) =>
      Array.from({ length: count }, () => throttle.refuse(caller, fromMs)).filter((refusal) => !refusal).length;
    expect(passed(NOW, 10)).toBe(3);
    expect(throttle.refuse(caller, NOW)).toMatchObject({ error: { code: 'RATE_LIMITED' }, retryAfterSeconds: 5 });
    expect(passed(NOW + 5_000, 10)).toBe(1);
    expect(passed(NOW + 10 * 60_000, 10)).toBe(3);
  });

  it('lets callers on this machine in, but not those a proxy on it speaks for', async () => {
    const local = restriction({ kind: 'address', id: '127.0.0.1' });
    const throttle = await throttleOf([local]);
    const refuse = (more = {}) => throttle.refuse(throttle.identify(from('127.0.0.1', more)), NOW);
    expect(refuse()).toBeUndefined();
    expect(refuse({ forwardedFor: '203.0.113.1' })).toBeDefined();
    const strict = await throttleOf([local], { restrictLoopback: true });
    expect(strict.refuse(strict.identify(from('127.0.0.1')), NOW)).toBeDefined();
  });

  it('makes observations that hold to the contract and say nothing of what was said', async () => {
    const throttle = await throttleOf([]);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.string(), (reply, body, authorization) => {
        const caller = throttle.identify(from('198.51.100.7', { authorization }));
        const departure = {
          route: 'POST /serving/process',
          status: 200,
          durationMs: 1,
          pipeline: pipelineOf(body),
          notes: notesOf(reply),
        };
        observationSchema.parse(throttle.observe(caller, departure, NOW));
      }),
    );
    const reply = {
      result: 'secret',
      details: { usage: { inputTokens: 3, outputTokens: 4 }, screening: { score: 0.9, spans: ['secret'] } },
    };
    const caller = throttle.identify(from('198.51.100.7', { authorization: 'Bearer k1' }));
    const observation = throttle.observe(
      caller,
      {
        route: 'r',
        status: 200,
        durationMs: 1,
        pipeline: pipelineOf({ name: 'x', text: 'secret' }),
        notes: notesOf(reply),
      },
      NOW,
    );
    expect(observation).toMatchObject({ tenant: 'acme', pipeline: 'x', tokens: 7, injectionScore: 0.9 });
    expect(JSON.stringify(observation)).not.toMatch(/secret|k1/);
  });
});

describe('what is noted of a reply', () => {
  it('is the tokens and the score of the screening, and that a run was refused for its content', () => {
    expect(notesOf({ details: { screening: { score: 0.2, model: 'rules' } } })).toEqual({ injectionScore: 0.2 });
    expect(notesOf({ status: 'error', error: { code: 'CONTENT_REFUSED', message: 'm' } })).toEqual({
      injectionScore: 1,
    });
    for (const reply of [undefined, 'text', { error: { code: 'NOT_FOUND' } }, { run_id: 'r', status: 'accepted' }])
      expect(notesOf(reply)).toBeUndefined();
    expect(notesOf({ details: { screening: { score: 0.9, withheld: ['planted#0'] } } })).toEqual({});
    for (const details of [{ usage: 'many', screening: { score: 7 } }, {}]) expect(notesOf({ details })).toEqual({});
  });
});

describe('observations that wait', () => {
  it('are bounded: the oldest go, and are counted', () => {
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

describe('what the guard costs', () => {
  it('is far below what a request may be held up by', async () => {
    const others = Array.from({ length: 1_000 }, (_, at) =>
      restriction({ kind: 'address', id: `203.0.${at >> 8}.${at & 255}` }),
    );
    const throttle = await throttleOf(others);
    const reply = { details: { usage: { inputTokens: 3, outputTokens: 4 }, screening: { score: 0.1 } } };
    const buffer = new ObservationBuffer(5_000);
    const times: number[] = [];
    for (let at = 0; at < 20_000; at++) {
      const began = performance.now();
      const caller = throttle.identify(from('10.0.0.2', { forwardedFor: '198.51.100.7', authorization: 'Bearer k1' }));
      throttle.refuse(caller, NOW);
      const notes = notesOf(reply);
      buffer.add(throttle.observe(caller, { route: 'r', status: 200, durationMs: 1, pipeline: 'x', notes }, NOW));
      times.push((performance.now() - began) * 1_000);
    }
    times.sort((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((share) => times[Math.floor(times.length * share)]!);
    process.stdout.write(`guard: p50 ${p50!.toFixed(1)} µs, p99 ${p99!.toFixed(1)} µs a request\n`);
    expect(p50).toBeLessThan(50);
  });
});
