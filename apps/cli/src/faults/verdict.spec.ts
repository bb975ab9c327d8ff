import type { Fault } from './fault.js';
import { Ledger, type LiveCall, type Outcome } from './ledger.js';
import { judge, quantile } from './verdict.js';

const fault: Fault = { name: 'kill x', promise: 'All is well.', break: () => undefined };

function ledgerOf(...calls: [sentAtMs: number, waitedMs: number, outcome: Outcome][]): Ledger {
  const ledger = new Ledger();
  ledger.strikes.push({ fault: 'kill x', brokenAtMs: 1_000, mendedAtMs: 1_000, wholeAtMs: 4_000 });
  const call = ([sentAtMs, waitedMs, outcome]: (typeof calls)[number]): LiveCall => ({
    ...{ sentAtMs, waitedMs, outcome },
    detail: outcome,
  });
  ledger.calls.push(...calls.map(call));
  return ledger;
}

function accepted(key: string, acceptedAtMs: number, results: [number, string][], effects = 1): Ledger {
  const ledger = ledgerOf();
  ledger.accept(key, acceptedAtMs);
  for (const [sequence, type] of results) ledger.addResult(key, sequence, type);
  ledger.events.get(key)!.effects = effects;
  return ledger;
}

describe('judge', () => {
  it('keeps a promise when callers are answered or refused in time', () => {
    const verdict = judge(fault, [ledgerOf([900, 200, 'whole'], [1_500, 2_900, 'degraded'], [2_000, 5, 'refused'])], 1);
    expect(verdict).toMatchObject({ broken: [], hung: 0, longestMs: 2_900, recoveryMs: { p50: 3_000, p99: 3_000 } });
    expect(verdict.answers).toEqual({ whole: 1, degraded: 1, refused: 1 });
  });

  it('leaves out calls that ended before, or began after all was whole', () => {
    const before: [number, number, Outcome] = [100, 200, 'failed'];
    expect(judge(fault, [ledgerOf(before, [4_500, 9_000, 'failed'])], 1)).toMatchObject({ broken: [], answers: {} });
  });

  it.each<[string, [number, number, Outcome], Partial<Fault>, string]>([
    ['a call that waited too long', [2_000, 3_100, 'whole'], {}, '1 live callers waited over 3 s'],
    ['a call without an answer', [2_000, 100, 'silent'], {}, '1 live callers waited over 3 s'],
    ['an answer such as 504', [2_000, 100, 'failed'], {}, '1 live callers were answered failed (1)'],
    ['a gateway that is away', [2_000, 1, 'unreachable'], {}, '1 live callers were answered unreachable (1)'],
    ['a late recovery', [2_000, 1, 'whole'], { wholeWithinMs: 2_999 }, '1 times not whole within 2.999 s'],
  ])('breaks it by %s', (_, call, own, reason) =>
    expect(judge({ ...fault, ...own }, [ledgerOf(call)], 1).broken).toEqual([reason]),
  );

  it('allows more time on a busy machine, and an absent gateway where that is the fault', () => {
    expect(judge(fault, [ledgerOf([2_000, 3_100, 'whole'])], 2).broken).toEqual([]);
    expect(judge({ ...fault, mayBeUnreachable: true }, [ledgerOf([2_000, 1, 'unreachable'])], 1).broken).toEqual([]);
  });

  it.each<[string, [number, string][], number, { lost: number; duplicated: number }]>([
    ['done once', [[7, 'completed']], 1, { lost: 0, duplicated: 0 }],
    ['without a result', [], 1, { lost: 1, duplicated: 0 }],
    ['that failed', [[7, 'failed']], 1, { lost: 1, duplicated: 0 }],
    ['without its effect', [[7, 'completed']], 0, { lost: 1, duplicated: 0 }],
    [
      'with two results',
      [
        [7, 'completed'],
        [8, 'completed'],
      ],
      1,
      { lost: 0, duplicated: 1 },
    ],
    ['with two effects', [[7, 'completed']], 2, { lost: 0, duplicated: 1 }],
    [
      'with one result that was delivered twice',
      [
        [7, 'completed'],
        [7, 'completed'],
      ],
      1,
      { lost: 0, duplicated: 0 },
    ],
  ])('counts an accepted event %s', (_, results, effects, counts) => {
    const verdict = judge(fault, [accepted('a', 2_000, results, effects)], 1);
    expect(verdict).toMatchObject({ accepted: 1, ...counts });
    expect(verdict.broken.length).toBe(counts.lost + counts.duplicated);
  });

  it('counts every event at one fault: the last one before it was accepted, the first one for those before it', () => {
    const ledger = ledgerOf();
    ledger.strikes.push({ fault: 'kill y', brokenAtMs: 9_000, mendedAtMs: 9_000, wholeAtMs: 9_500 });
    for (const at of [10, 2_000, 8_999, 9_000, 60_000]) ledger.accept(String(at), at);
    const of = (name: string) => judge({ ...fault, name }, [ledger], 1).accepted;
    expect([of('kill x'), of('kill y')]).toEqual([3, 2]);
  });

  it('passes on what a fault found, and a result that came before its acceptance was confirmed', () => {
    const ledger = ledgerOf();
    ledger.strikes[0]!.complaint = 'the disk stayed full';
    ledger.addResult('a', 3, 'completed');
    ledger.accept('a', 2_000);
    expect(judge(fault, [ledger], 1)).toMatchObject({ lost: 0, broken: ['the disk stayed full'] });
  });
});

it('quantile takes the value that a share of the values does not exceed', () => {
  expect([quantile([], 0.5), quantile([3, 1, 2], 0.5), quantile([1, 2, 3, 4], 0.99)]).toEqual([0, 2, 4]);
});
