import { ProgressMeter, type FetchProgress } from './progress-meter.js';

it('ProgressMeter estimates from the bytes of this download, not from those of a resumed file', () => {
  const said: FetchProgress[] = [];
  let now = 1_000;
  const meter = new ProgressMeter(
    'model',
    (progress) => said.push(progress),
    () => now,
  );
  meter.report(500, 1_000);
  now += 50;
  meter.report(550, 1_000);
  now += 950;
  meter.report(600, 1_000);
  expect(said).toEqual([
    { file: 'model', receivedBytes: 500, totalBytes: 1_000, etaSeconds: undefined },
    { file: 'model', receivedBytes: 600, totalBytes: 1_000, etaSeconds: 4 },
  ]);
});
