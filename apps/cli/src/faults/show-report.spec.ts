import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './fault.js';
import { Ledger } from './ledger.js';
import { showReport } from './show-report.js';
import { judge, skip } from './verdict.js';

const fault: Fault = { name: 'kill x', promise: 'All is well.', break: () => undefined };

describe('showReport', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-report-'));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  afterAll(() => rmSync(folder, { recursive: true }));

  /** One accepted event, and one caller who waited so long. */
  function show(waitedMs: number, result: 'completed' | 'failed', json = false) {
    const ledger = new Ledger();
    ledger.strikes.push({ fault: fault.name, brokenAtMs: 20, mendedAtMs: 20, wholeAtMs: 20_000 });
    ledger.calls.push({ sentAtMs: 10, waitedMs, outcome: 'whole', detail: '200' });
    ledger.accept('a', 5);
    ledger.addResult('a', 1, result);
    const verdicts = [
      judge({ ...fault, wholeWithinMs: 20_000 }, [ledger], 1),
      skip({ ...fault, name: 'full disk' }, 'no tmpfs'),
    ];
    const report = { verdicts, ledgers: [ledger], kills: 1, growths: [], tookMs: 20_000 };
    const lines: string[] = [];
    const terminal = { line: (text = '') => void lines.push(text), write: () => undefined, note: () => undefined };
    const code = showReport({ ...terminal, interactive: false }, { report, seed: 7, folder, json });
    return { code, text: lines.join('\n') };
  }

  it('ends with 0 when every promise was kept, and says what was not tried', () => {
    const { code, text } = show(100, 'completed');
    expect(code).toBe(0);
    expect(text).toMatch(/kill x +kept +1 /);
    expect(text).toMatch(/full disk +not tried +no tmpfs/);
    expect(text).toContain(folder);
  });

  it('ends with 1 when a promise was broken, and names the fault and the promise', () => {
    expect(show(3_500, 'completed')).toMatchObject({
      code: 1,
      text: expect.stringContaining('✗ kill x: 1 live callers waited over 3 s') as string,
    });
    const { code, text } = show(100, 'failed');
    expect(code).toBe(1);
    expect(text).toMatch(/1 lost, 0 done twice, 0 callers waited too long/);
    expect(read('report.txt')).toContain('✗ kill x: 1 accepted events lost');
    expect(read('answers.svg')).toContain('kill x');
  });

  it('is one JSON object with --json, and the same in the folder', () => {
    const { text } = show(3_500, 'completed', true);
    expect(JSON.parse(text)).toEqual(JSON.parse(read('report.json')));
    expect(JSON.parse(text)).toMatchObject({ seed: 7, kills: 1, accepted: 1, calls: 1, hung: 1, broken: 1 });
  });
});
