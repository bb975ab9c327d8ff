import { seededRandom } from '@llmos/learning';
import { SortedWindow } from './sorted-window.js';

describe('A sorted window', () => {
  it('agrees with sorting the last values, whatever arrives', () => {
    const random = seededRandom(3);
    const [window, all]: [SortedWindow, number[]] = [new SortedWindow(50), []];
    for (let at = 0; at < 500; at++) {
      const value = Math.floor(random() * 40);
      window.push(value);
      all.push(value);
      const sorted = all.slice(-50).sort((a, b) => a - b);
      const share = random();
      expect(window.largest).toBe(sorted.at(-1));
      expect(window.quantile(share)).toBe(sorted[Math.floor(share * sorted.length)]);
      expect(window.atLeast(value)).toBe(sorted.filter((each) => each >= value).length);
    }
  });

  it('has no quantile without values', () => {
    const window = new SortedWindow(3);
    expect([window.size, window.quantile(0.5), window.largest, window.atLeast(1)]).toEqual([0, NaN, NaN, 0]);
  });
});
