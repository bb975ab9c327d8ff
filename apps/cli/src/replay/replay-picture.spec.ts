import { replayPicture } from './replay-picture.js';

describe('The picture of a replay', () => {
  it('has the policy above the threshold, on the same scale', () => {
    const figures = {
      requests: 1,
      late: 0,
      lateShare: 0,
      waitP99Ms: 0,
      coreSeconds: 4,
      wattHours: 0,
      changesPerHour: 0,
      decisions: [],
    };
    const curve = [
      { at: 0, wanted: 2, running: 2, busy: 1, queued: 0 },
      { at: 10, wanted: 4, running: 4, busy: 4, queued: 9 },
    ];
    const svg = replayPicture({
      ...{ workCoreSeconds: 4, result: { ...figures, policy: 'hybrid', curve } },
      threshold: { ...figures, policy: 'threshold', curve: [{ ...curve[1]!, running: 8 }] },
    });
    expect(svg.indexOf('>hybrid<')).toBeGreaterThan(0);
    expect(svg.indexOf('>threshold<')).toBeGreaterThan(svg.indexOf('>hybrid<'));
    // Of 8 replicas at most, 2 and 4 are a quarter and half of the height.
    expect(svg).toContain('points="60.0,215.0 960.0,160.0"');
  });
});
