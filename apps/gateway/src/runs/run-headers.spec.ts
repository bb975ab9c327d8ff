import { wishesOf } from './run-headers.js';

describe('wishesOf', () => {
  it.each([
    ['u=0', 3],
    ['u=1, i', 2],
    ['i, u=7', -4],
    ['u=3', 0],
    ['u=8', 0],
    ['urgent', 0],
    ['', 0],
    [undefined, 0],
  ])('reads the priority %j of RFC 9218 as %i, and takes what it cannot use as usual', (priority, wanted) => {
    expect(wishesOf({ priority }).priority).toBe(wanted);
  });

  it('has no deadline and no budget that nobody asked for', () => {
    expect(wishesOf({})).toEqual({ priority: 0 });
  });
});
