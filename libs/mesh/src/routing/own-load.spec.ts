import { OwnLoad } from './own-load.js';
import { prefixOf } from './prefix.js';

const text = (value: string) => prefixOf('acme', ['text'], { text: value });

describe('OwnLoad', () => {
  it('counts what waits to be read until the answer begins, and measures how long that took', () => {
    let nowMs = 0;
    const load = new OwnLoad(
      ['text'],
      () => undefined,
      () => nowMs,
    );
    const first = load.begin(text('x'.repeat(1_000)));
    const second = load.begin(text('y'.repeat(500)));
    expect(load.sign(false)).toMatchObject({ tasks: 2, unreadKilochars: 1.5, trust: 0 });
    nowMs = 100;
    first.first();
    expect(load.sign(false)).toMatchObject({ tasks: 2, unreadKilochars: 0.5 });
    expect(load.sign(true).trust).toBeGreaterThan(0);
    first.end(true);
    second.end(true);
    expect(load.sign(false)).toMatchObject({ tasks: 0, unreadKilochars: 0 });
    expect(load.sign(true).held).toHaveLength(2);
  });

  it('reads nothing again that it holds, and measures no task that failed', () => {
    const load = new OwnLoad(
      ['text'],
      () => undefined,
      () => 0,
    );
    load.begin(text('x'.repeat(1_000))).end(false);
    expect(load.sign(true).trust).toBe(0);
    load.begin(text('x'.repeat(1_000)));
    expect(load.sign(true).unreadKilochars).toBe(0);
  });
});
