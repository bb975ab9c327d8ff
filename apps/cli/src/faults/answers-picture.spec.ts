import { answersPicture } from './answers-picture.js';
import { Ledger } from './ledger.js';

it('answersPicture draws each call where it was sent, and each fault over the time in which it was felt', () => {
  const ledger = new Ledger();
  ledger.calls.push(
    { sentAtMs: 5_000, waitedMs: 100, outcome: 'whole', detail: '200' },
    { sentAtMs: 15_000, waitedMs: 2_500, outcome: 'degraded', detail: '200 without <intent> & "guard"' },
    { sentAtMs: 130_000, waitedMs: 99_000, outcome: 'silent', detail: 'no answer' },
  );
  ledger.strikes.push({ fault: 'kill <x>', brokenAtMs: 14_000, mendedAtMs: 14_000, wholeAtMs: 16_000 });
  const svg = answersPicture([ledger]);
  expect(svg.match(/<circle [^>]*r="2"/g)).toEqual([
    '<circle cx="0.0" cy="166.6" r="2"',
    '<circle cx="90.0" cy="85.0" r="2"',
    // In the second row: two minutes are a row. Longer waits than shown lie on the upper edge.
    '<circle cx="45.0" cy="0.0" r="2"',
  ]);
  expect(svg).toContain('<rect x="81.0" width="18.0"');
  expect(svg).toContain('200 without &#60;intent&#62; &#38; &#34;guard&#34;');
  expect(svg).toContain('kill &#60;x&#62;');
});

it('answersPicture has no rows without calls', () => expect(answersPicture([])).toMatch(/^<svg .*<\/svg>\n$/));
