import { GrowthRecord } from './growth.js';

const MINUTE_MS = 60_000;

describe('GrowthRecord', () => {
  function recordOf(minutes: number, memoryMb: (minute: number) => number, files: (minute: number) => number) {
    const record = new GrowthRecord();
    for (let minute = 0; minute < minutes; minute++)
      record.add('x', 7, { atMs: minute * MINUTE_MS, memoryBytes: memoryMb(minute) * 1e6, openFiles: files(minute) });
    return record;
  }

  it('is the slope of the memory and the growth of the open files, without the warm-up', () => {
    const [growth] = recordOf(
      90,
      (minute) => (minute < 30 ? 500 : 100 + minute / 10),
      (minute) => (minute < 60 ? 20 : 25),
    ).growths();
    expect(growth).toMatchObject({ process: 'x', overMs: 59 * MINUTE_MS, openFilesMore: 5 });
    expect(growth!.memoryMbPerHour).toBeCloseTo(6, 6);
  });

  it('says nothing of a process that has run too briefly, or was restarted', () => {
    const flat = () => 100;
    expect(recordOf(49, flat, flat).growths()).toEqual([]);
    const record = recordOf(90, flat, flat);
    record.add('x', 8, { atMs: 91 * MINUTE_MS, memoryBytes: 1, openFiles: 1 });
    expect(record.growths()).toEqual([]);
  });
});
