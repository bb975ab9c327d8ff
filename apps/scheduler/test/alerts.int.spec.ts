import { taskConsumer } from '@llmos/bus';
import { newRunId } from '@llmos/contracts';
import type { Alert, Silence } from '@llmos/contracts/capabilities/scheduler-alerts';
import { Bus } from '@llmos/mesh';
import { waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskedScheduler } from './asked-scheduler.js';

const RULE = {
  ...{ alert: 'TasksWait', figure: 'capability.oldestSeconds', above: 1, of: ['text.shout'], summary: 'Tasks wait.' },
};

describe('Alerts', () => {
  let scheduler: AskedScheduler;
  let folder: string;
  const events: { readonly type: string | undefined; readonly alerts: Alert[] }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmos-alerts-'));
    writeFileSync(join(folder, 'thresholds.yaml'), JSON.stringify({ rules: [RULE] }));
    scheduler = await AskedScheduler.start({ LLMOS_SCHEDULER_THRESHOLDS: join(folder, 'thresholds.yaml') });
    scheduler.bus.nc.subscribe('llmos.out.system.alerts', {
      callback: (_, message) => {
        events.push({ type: message.headers?.get('ce-type'), ...message.json<{ alerts: Alert[] }>() });
      },
    });
    const worker = await Bus.connect({ url: scheduler.nats.url, service: 'text' });
    worker.consume(taskConsumer('durable', 'text.shout'), 1, () => Promise.resolve());
    await waitFor('the consumer', () => worker.pulling);
    await worker.close(0);
  }, 90_000);

  afterAll(async () => {
    await scheduler.stop();
    rmSync(folder, { recursive: true });
  });

  const alertsNow = async () => {
    const { details } = (await scheduler.ask('alerts')) as { details?: unknown };
    return details as { rules: number; alerts: Alert[]; silences: Silence[] };
  };

  it('fire as an event, are shown, and can be silenced until that is lifted', async () => {
    const run = { run: newRunId(), tenant: 'acme', lane: 'durable', deadlineMs: Date.now() + 600_000 } as const;
    await scheduler.bus.runs.publishTask(run, 'text.shout', '0', {}, undefined);
    const event = await waitFor('the event', () => events[0], 40_000);
    const expected = {
      alert: 'TasksWait',
      name: 'text.shout',
      service: 'text',
      state: 'firing',
      expected: 'at most 1',
    };
    expect(event).toMatchObject({ type: 'org.llmos.alert', alerts: [expected] });
    expect(await alertsNow()).toMatchObject({ rules: 1, alerts: [expected], silences: [] });

    const silenced = await scheduler.ask('silence_alerts', { alert: 'TasksWait', for_seconds: 600, reason: 'a test' });
    const [silence] = (silenced as unknown as { details: { silences: Silence[] } }).details.silences;
    expect((await alertsNow()).alerts).toMatchObject([{ ...expected, silencedBy: silence!.id }]);
    await scheduler.ask('silence_alerts', { lift: silence!.id });
    expect((await alertsNow()).alerts[0]).not.toHaveProperty('silencedBy');
    expect(await scheduler.ask('silence_alerts', { lift: silence!.id })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    const unknown = { alert: 'TasksWiat', for_seconds: 600, reason: 'a typing error' };
    expect(await scheduler.ask('silence_alerts', unknown)).toMatchObject({
      error: { code: 'NOT_FOUND', message: expect.stringContaining('TasksWait') as string },
    });
    expect(await scheduler.ask('silence_alerts', { alert: 'TasksWait' })).toMatchObject({
      error: { code: 'INVALID_ARGUMENT' },
    });
  }, 90_000);

  it('are tested with the figures of a file', async () => {
    const series = [{ figure: 'capability.oldestSeconds', name: 'text.shout', values: '0 3*3' }];
    const tests = [{ name: 'never', series, expect: [{ at: '10s', firing: [] }] }];
    expect(await scheduler.ask('check_thresholds', { rules: [RULE], tests })).toMatchObject({
      details: { rules: 1, tests: [{ passed: false, differences: [{ firing: ['TasksWait text.shout'] }] }] },
    });
  }, 60_000);
});
