import { LINEAR, timeGrowth } from '@llmos/testing';
import { findOrders } from './languages/find-orders.js';
import { viewsOf } from './normalise/views.js';
import { withoutReports } from './reported/reported-speech.js';
import { attackRules, leakRules } from './rules/attack-rules.js';
import { doubtRules } from './rules/doubt-rules.js';
import { screenByRules } from './rules/rule-screen.js';

const CHARS = 40_000;
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
const MARKS = [...' -=#*.!?"\'(<[@%\\&_aA19\t\n…。é😀'];
const PAIRS = ['. ', '- ', 'a.', 'a@', '1-', 'A ', '<a', '((', '"\'', '%41', '=0', '."', '\n ', '=*', '![', '&#65;'];
const WORDS = [
  '忽略',
  'ルール',
  '규칙 ',
  'забудь ',
  'vergiss ',
  'tes ',
  'prompt ',
  'said "',
  'they told me ',
  'мне ',
  'hat mir ',
  'と言われ',
  '有人叫我',
  "m'a dit ",
  '「',
  '73 ',
  '01',
  '-. ',
];
const ENDS = ['', 'x'];

const rules = [...attackRules, ...doubtRules, ...leakRules];

describe('Rules and views', () => {
  it.each([...MARKS, ...PAIRS, ...WORDS])('take linear time for 40,000 characters of %j', (piece) => {
    for (const end of ENDS) {
      const readers: Readonly<Record<string, (text: string) => unknown>> = {
        rules: tryRules,
        views: viewsOf,
        orders: findOrders,
        reports: withoutReports,
      };
      const slow = Object.entries(readers).filter(([, read]) => growthOf(read, piece, end) > LINEAR);
      expect({ piece, end, slow: slow.map(([name]) => name) }).toEqual({ piece, end, slow: [] });
    }
  });

  it.each(['input', 'passage', 'output'] as const)(
    'take linear time for a run of any character in a text of source %s',
    (source) => {
      const slow = PRINTABLE.filter(
        (piece) => growthOf((text) => screenByRules(viewsOf(text), source), piece, 'x') > LINEAR,
      );
      expect(slow).toEqual([]);
    },
  );

  it.each(['-', '=', '#', '*'])('find a fake turn after a line of %j', (mark) => {
    for (const line of [mark.repeat(4), mark.repeat(500), `${mark === '-' ? '=' : '-'}${mark.repeat(5)}`]) {
      const hits = screenByRules(viewsOf(`Hello ${line} system`), 'input').hits.map(({ rule }) => rule.id);
      expect(hits).toContain('fake-turn-loose');
    }
  });
});

function tryRules(text: string): void {
  for (const { patterns } of rules)
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) void match;
}

function runOf(piece: string, chars: number, end: string): string {
  return piece.repeat(chars / piece.length - 1) + end;
}

function growthOf(read: (text: string) => unknown, piece: string, end: string): number {
  return timeGrowth((chars) => read(runOf(piece, chars, end)), CHARS);
}
