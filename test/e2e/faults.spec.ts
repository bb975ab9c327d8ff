import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTE_MS = 60_000;
/** What breaks most; docs/reliability.md has the figures of all faults. */
const SHORT = [
  'kill gateway',
  'kill intent',
  'kill broker',
  'freeze security',
  'kill a service while it starts',
  'poison',
];
const SEED = 12;
/** The promised times hold on a machine that is not busy; here other tests run at the same time. */
const SLACK = 4;

interface Report {
  readonly kills: number;
  readonly accepted: number;
  readonly calls: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly verdicts: readonly { readonly fault: string; readonly times: number; readonly broken: readonly string[] }[];
}

describe('The fault lab', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-faults-e2e-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'kills and freezes what runs: nothing accepted is lost or done twice, nobody waits for the dead',
    async () => {
      const options = ['--only', ...SHORT, '--seed', String(SEED), '--slack', String(SLACK), '--out', folder, '--json'];
      const child = spawn(process.execPath, ['llmos.mjs', 'faults', ...options], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      const report = JSON.parse(output) as Report;
      expect(report.verdicts.flatMap(({ fault, broken }) => broken.map((what) => `${fault}: ${what}`))).toEqual([]);
      expect(report).toMatchObject({ lost: 0, duplicated: 0 });
      expect(report.verdicts.every(({ times }) => times === 1)).toBe(true);
      // Otherwise nothing would have been tried.
      expect(report.kills).toBeGreaterThanOrEqual(6);
      expect(Math.min(report.accepted, report.calls)).toBeGreaterThan(50);
      expect(code).toBe(0);
      expect(readFileSync(join(folder, 'answers.svg'), 'utf8')).toContain('kill intent');
      expect(existsSync(join(folder, 'report.txt'))).toBe(true);
    },
    10 * MINUTE_MS,
  );
});
