import { wattHours } from './energy.js';

describe('The energy of cores', () => {
  it('is that of idle ones, and more in proportion to their use', () => {
    const power = { idleWatts: 2, busyWatts: 10 };
    expect(wattHours(3_600, 0, power)).toBe(2);
    expect(wattHours(3_600, 3_600, power)).toBe(10);
    expect(wattHours(7_200, 1_800, power)).toBe(8);
  });
});
