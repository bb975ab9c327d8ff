import { viewsOf } from './normalise/views.js';
import { attackRules, leakRules } from './rules/attack-rules.js';
import { screenByRules } from './rules/rule-screen.js';
import { sentencesOf, windowsOf } from './sentences.js';
import { stripSentences } from './strip.js';

const CHARS = 100_000;
/** A single rule takes a few; whatever grows with the square takes ten seconds. */
const MAX_MS = 300;
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
const MARKS = [...' -=#*.!?"\'(<[@%\\&_aA19\t\n…。é😀'];
const PAIRS = ['. ', '- ', 'a.', 'a@', '1-', 'A ', '<a', '((', '"\'', '%41', '=0', '."', '\n ', '=*', '![', '&#65;'];
const ENDS = ['', 'x'];

const rules = [...attackRules, ...leakRules];

describe('screening takes linear time', () => {
  it.each([...MARKS, ...PAIRS])('for 100,000 characters of %j', (piece) => {
    for (const end of ENDS) {
      const text = runOf(piece, CHARS, end);
      const ms = {
        rules: cpuMsOf(() => tryRules(text)),
        views: cpuMsOf(() => viewsOf(text)),
        sentences: cpuMsOf(() => stripSentences(text, windowsOf(text, 250).slice(0, 9))),
      };
      expect({ piece, end, slow: Object.entries(ms).filter(([, each]) => each > MAX_MS) }).toEqual({
        piece,
        end,
        slow: [],
      });
    }
  });

  it.each(['input', 'passage', 'output'] as const)('for a run of any character in an %s', (source) => {
    for (const piece of PRINTABLE) {
      const text = runOf(piece, CHARS / 10, 'x');
      // A tenth of the length: a tenth of the time, and a hundredth of it where it grows with the square.
      expect([piece, cpuMsOf(() => screenByRules(text, source)) < MAX_MS / 10]).toEqual([piece, true]);
    }
  });

  it.each(['-', '=', '#', '*'])('and still sees a line of %j before a fake turn', (mark) => {
    for (const line of [mark.repeat(4), mark.repeat(500), `${mark === '-' ? '=' : '-'}${mark.repeat(5)}`]) {
      const hits = screenByRules(`Hello ${line} system`, 'input').hits.map(({ rule }) => rule.id);
      expect(hits).toContain('fake-turn-loose');
    }
  });

  it('and ends sentences where it did', () => {
    const parts = sentencesOf('So... "Yes!?" no.w 。a。.b').map(({ start, end }) => [start, end]);
    expect(parts).toEqual([
      [0, 5],
      [6, 13],
      [14, 20],
      [20, 22],
      [22, 24],
    ]);
  });
});

function tryRules(text: string): void {
  for (const { patterns } of rules)
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) void match;
}

function runOf(piece: string, chars: number, end: string): string {
  return piece.repeat(chars / piece.length - 1) + end;
}

/** Time on the processor, so that other work on the machine does not count; the better of two. */
function cpuMsOf(work: () => unknown): number {
  let best = Infinity;
  for (let times = 0; times < 2 && best > MAX_MS / 10; times++) {
    const from = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
