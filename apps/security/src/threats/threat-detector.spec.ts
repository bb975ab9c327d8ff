import {
  customers,
  MINUTE_MS,
  normalMinute,
  request,
  seeded,
  START_MS,
} from '../../test/fixtures/simulated-traffic.js';
import { ThreatDetector, type Finding } from './threat-detector.js';
import { limitsOf } from './threat-limits.js';

const SETTINGS = {
  requestsPerMinute: 600,
  tokensPerMinute: 200_000,
  injections: 10,
  injectionScore: 0.5,
  maxSubjects: 20_000,
};
const detectorOf = (settings = {}) => new ThreatDetector(limitsOf({ ...SETTINGS, ...settings }));
const KEY = 'a'.repeat(64);
const signalsOf = (findings: Finding[]) => findings.map(({ signal, subject }) => `${subject.kind} ${signal}`).sort();

/** Two hours of a caller with about ten requests a minute. */
function learn(detector: ThreatDetector, perMinute = 10, minutes = 120): number {
  const random = seeded(1);
  for (let minute = 0; minute < minutes; minute++) {
    const atMs = START_MS + minute * MINUTE_MS;
    const count = Math.round(perMinute * (0.8 + 0.4 * random()));
    detector.take(
      Array.from({ length: count }, (_, at) => request(atMs + at * 100, { key: KEY })),
      atMs + MINUTE_MS,
    );
  }
  return START_MS + minutes * MINUTE_MS;
}

const flood = (fromMs: number, count: number, more = {}) =>
  Array.from({ length: count }, (_, at) => request(fromMs + at, more));

describe('ThreatDetector finds', () => {
  it('an unusual burst before its minute ends, and explains it with the observed and the usual number', () => {
    const detector = detectorOf();
    const atMs = learn(detector);
    const findings = detector.take(flood(atMs, 250, { key: KEY }), atMs + 1_000);
    expect(signalsOf(findings)).toEqual(expect.arrayContaining(['address request_rate', 'key request_rate']));
    const found = findings.find(({ subject, signal }) => subject.kind === 'key' && signal === 'request_rate')!;
    expect(found).toMatchObject({ severity: 'low', observed: 250 });
    expect(found.expected).toBeGreaterThan(8);
    expect(found.expected).toBeLessThan(13);
    expect(found.explanation).toMatch(/^The API key aaaaaaaaaaaa sent 250 requests in a minute, while 1\d is usual\.$/);
  });

  it('three very unusual minutes in a row with severity medium, and a single one with severity low', () => {
    const detector = detectorOf();
    const atMs = learn(detector);
    const severities = [0, 1, 2].map((minute) => {
      const fromMs = atMs + minute * MINUTE_MS;
      const findings = detector.take(flood(fromMs, 300, { key: KEY }), fromMs + 1_000);
      return findings.find(({ subject, signal }) => subject.kind === 'key' && signal === 'request_rate')?.severity;
    });
    expect(severities).toEqual(['low', undefined, 'medium']);
  });

  it('new callers by the absolute limits, with severity high at three times the limit', () => {
    const detector = detectorOf();
    expect(detector.take(flood(START_MS, 599), START_MS + 1_000)).toEqual([]);
    const [medium] = detector.take(flood(START_MS + 700, 1), START_MS + 1_000);
    expect(medium).toMatchObject({ signal: 'request_rate', severity: 'medium', observed: 600, expected: 600 });
    const high = detector.take(flood(START_MS + 800, 1_200), START_MS + 2_000);
    expect(high).toContainEqual(expect.objectContaining({ signal: 'request_rate', severity: 'high', observed: 1_800 }));
  });

  it('a slow scan of two unknown routes a minute, among other requests, within the hour', () => {
    const detector = detectorOf();
    const found: (Finding & { minute: number })[] = [];
    for (let minute = 0; minute < 120; minute++) {
      const atMs = START_MS + minute * MINUTE_MS;
      const scan = [0, 1].map((at) => request(atMs + at, { status: 404, route: 'GET (unknown)' }));
      const rest = [2, 3, 4].map((at) => request(atMs + at));
      found.push(...detector.take([...scan, ...rest], atMs + 10).map((finding) => ({ ...finding, minute })));
    }
    expect(found[0]).toMatchObject({ signal: 'route_scan', severity: 'low' });
    expect(found[0]!.minute).toBeLessThan(20);
    const worse = found.find(({ severity }) => severity === 'medium')!;
    expect(worse.minute).toBeLessThan(60);
  });

  it('a caller that requests runs of others', () => {
    const probes = flood(START_MS, 20, { route: 'GET /v1/runs/:id', status: 404 });
    expect(signalsOf(detectorOf().take(probes, START_MS + 1_000))).toEqual(['address run_probing']);
  });

  it('a valid key after many different unknown keys, but not after one wrong key many times', () => {
    const wrong = (at: number, key: string) => request(START_MS + at, { status: 401, tenant: 'anonymous', key });
    const right = request(START_MS + 500, { key: KEY });
    const guesses = Array.from({ length: 6 }, (_, at) => wrong(at, String(at)));
    expect(detectorOf().take([...guesses, right], START_MS + 1_000)).toContainEqual(
      expect.objectContaining({ signal: 'guessed_key', severity: 'high', subject: { kind: 'key', id: KEY } }),
    );
    const mistake = Array.from({ length: 12 }, (_, at) => wrong(at, 'old'));
    expect(detectorOf().take([...mistake, right], START_MS + 1_000)).toEqual([]);
  });

  it('one key used from many addresses at once', () => {
    const detector = detectorOf();
    const atMs = learn(detector);
    const spread = Array.from({ length: 15 }, (_, at) => request(atMs + at, { key: KEY, address: `203.0.113.${at}` }));
    expect(signalsOf(detector.take(spread, atMs + 1_000))).toContain('key address_spread');
  });

  it('high spend, many invalid requests, and prompt injections', () => {
    const detector = detectorOf();
    const atMs = learn(detector);
    expect(signalsOf(detector.take(flood(atMs, 12, { key: KEY, tokens: 5_000 }), atMs + 1_000))).toContain('key spend');
    const next = atMs + MINUTE_MS;
    expect(signalsOf(detector.take(flood(next, 70, { key: KEY, status: 400 }), next + 1_000))).toContain(
      'key error_rate',
    );
    const attacks = detectorOf().take(flood(START_MS, 12, { key: KEY, injectionScore: 0.97 }), START_MS + 1_000);
    expect(signalsOf(attacks)).toEqual(['address injection', 'key injection', 'tenant injection']);
  });

  it('no injection in a text that is only suspicious', () => {
    const doubtful = detectorOf().take(flood(START_MS, 12, { key: KEY, injectionScore: 0.45 }), START_MS + 1_000);
    expect(signalsOf(doubtful)).toEqual([]);
  });

  it('injections and spend of ended durable runs, without counting the runs as requests', () => {
    const runs = { kind: 'run' as const, key: KEY, status: 422, injectionScore: 1 };
    const found = detectorOf().take(flood(START_MS, 12, runs), START_MS + 1_000);
    expect(signalsOf(found)).toEqual(['address injection', 'key injection', 'tenant injection']);
    const many = detectorOf().take(flood(START_MS, 900, { ...runs, injectionScore: 0 }), START_MS + 1_000);
    expect(signalsOf(many)).toEqual([]);
    const spent = flood(START_MS, 12, { kind: 'run', key: KEY, tokens: 50_000, address: undefined });
    expect(signalsOf(detectorOf().take(spent, START_MS + 1_000))).toEqual(['key spend']);
  });

  it('the same thing once in ten minutes, unless it becomes more severe', () => {
    const detector = detectorOf();
    const times = [0, 1, 2, 11].map((minute) => {
      const atMs = START_MS + minute * MINUTE_MS;
      return detector.take(flood(atMs, 700), atMs + 1_000).length;
    });
    expect(times).toEqual([1, 0, 0, 1]);
  });

  it('that an address with several keys is shared', () => {
    const behind = ['1', '2', '3'].flatMap((key) => flood(START_MS, 250, { key }));
    const finding = detectorOf()
      .take(behind, START_MS + 1_000)
      .find(({ subject }) => subject.kind === 'address');
    expect(finding).toMatchObject({ signal: 'request_rate', shared: true });
    expect(finding!.explanation).toMatch(/it may be a proxy/);
  });
});

describe('ThreatDetector finds nothing to restrict in', () => {
  it('a week of normal traffic with nights, mornings, weekends and bursts', () => {
    const random = seeded(7);
    const detector = detectorOf();
    const all = customers();
    const perDay: string[] = [];
    let restricting = 0;
    let total = 0;
    for (let day = 0; day < 7; day++) {
      const alarms: Finding[] = [];
      for (let minute = 0; minute < 24 * 60; minute++) {
        const atMs = START_MS + (day * 24 * 60 + minute) * MINUTE_MS;
        const seen = all.flatMap((customer) => normalMinute(atMs, customer, random));
        total += seen.length;
        alarms.push(...detector.take(seen, atMs + MINUTE_MS));
      }
      restricting += alarms.filter(({ severity }) => severity !== 'low').length;
      perDay.push(`day ${day + 1}: ${alarms.length}`);
    }
    process.stdout.write(`false alarms (${total} requests in 7 days): ${perDay.join(', ')}\n`);
    expect(restricting).toBe(0);
    expect(perDay.every((line) => Number(line.split(': ')[1]) <= 1)).toBe(true);
  }, 120_000);

  it('a caller that returns in the morning with the load of the day before', () => {
    const detector = detectorOf();
    learn(detector, 80);
    const morning = START_MS + 24 * 60 * MINUTE_MS;
    expect(detector.take(flood(morning, 90, { key: KEY }), morning + 1_000)).toEqual([]);
  });
});

describe('The memory of ThreatDetector', () => {
  it('is bounded, and a flood of new addresses does not evict subjects with a baseline', () => {
    const detector = detectorOf({ maxSubjects: 100 });
    const atMs = learn(detector);
    for (let batch = 0; batch < 10; batch++) {
      const flooding = Array.from({ length: 500 }, (_, at) =>
        request(atMs, { address: `10.${batch}.${at >> 8}.${at & 255}`, tenant: `t${batch}-${at}` }),
      );
      detector.take(flooding, atMs + 1_000);
    }
    expect(detector.subjects).toBeLessThanOrEqual(100);
    expect([...detector.export().keys()]).toContain(`key ${KEY}`);
  });

  it('is complete after an export and an import', () => {
    const before = detectorOf();
    const atMs = learn(before);
    const after = detectorOf();
    after.import(new Map(JSON.parse(JSON.stringify([...before.export()])) as [string, never][]));
    expect(signalsOf(after.take(flood(atMs, 250, { key: KEY }), atMs + 1_000))).toContain('key request_rate');
  });
});
