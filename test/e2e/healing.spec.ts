import { waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedSystem } from './supervised-system.js';

const MINUTE_MS = 60_000;
const QUESTION = { name: 'detect_intent', text: 'How do I change my PIN?' };
const RULE = {
  ...{ alert: 'Ready', figure: 'service.ready', of: ['intent'], above: 0, summary: 'It is ready.' },
  action: 'take_backup',
};

/** What the scheduler decides about alerts and the supervisor carries out, as `llmos up` runs them. */
describe('Healing on one machine', () => {
  let folder: string;
  let system: SupervisedSystem;
  let taken = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmos-healing-'));
    const file = join(folder, 'thresholds.yaml');
    writeFileSync(file, JSON.stringify({ rules: [RULE] }));
    system = await SupervisedSystem.start({
      services: ['intent', 'scheduler'],
      probe: QUESTION,
      environments: { scheduler: { LLMOS_SCHEDULER_THRESHOLDS: file, LLMOS_SCHEDULER_ACTIONS: 'take_backup' } },
      takeBackup: () => {
        taken++;
        return Promise.resolve();
      },
    });
  }, 8 * MINUTE_MS);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true });
  }, MINUTE_MS);

  it(
    'an alert has the supervisor take a backup, once until it has rested',
    async () => {
      const actions = async () => {
        const { details } = await system.send({ name: 'alerts' });
        return (details as { actions?: object[] } | undefined)?.actions ?? [];
      };
      await waitFor('the action', async () => (await actions()).length > 0, 3 * MINUTE_MS);
      expect(await actions()).toMatchObject([{ action: 'take_backup', service: 'intent', outcome: 'done' }]);
      expect(taken).toBe(1);
    },
    4 * MINUTE_MS,
  );
});
