import { waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskedScheduler } from './asked-scheduler.js';

describe('The scheduler with a scaling file that is wrong', () => {
  let scheduler: AskedScheduler;
  let folder: string;
  const write = (text: string) => writeFileSync(join(folder, 'scaling.yaml'), text);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmos-scaling-'));
    write('services:\n  intent:\n    mx: 2\n');
    scheduler = await AskedScheduler.start({ LLMOS_SCALING_FILE: join(folder, 'scaling.yaml') });
  }, 90_000);
  afterAll(async () => {
    await scheduler.stop();
    rmSync(folder, { recursive: true });
  });

  const scaling = async () => {
    const answer = (await scheduler.ask('scaling')) as unknown as { details: { fault?: string; services: object[] } };
    return answer.details;
  };

  it('is ready, says what is wrong and scales nothing, until the file is right', async () => {
    const text = await (await fetch(`${scheduler.service.url}/readyz`)).text();
    expect(text).toContain('Nothing is scaled.');
    expect(text).toContain("scaling.yaml:3: 'services.intent.mx'");
    expect(await scaling()).toMatchObject({ fault: expect.stringContaining('intent.mx') as string, services: [] });
    write('services:\n  intent: { max: 2 }\n');
    await waitFor('the file to be read', async () => (await scaling()).services.length === 1, 60_000);
    expect(await scaling()).not.toHaveProperty('fault');
  }, 90_000);
});
