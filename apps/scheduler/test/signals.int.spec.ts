import { taskConsumer } from '@llmos/bus';
import { newRunId } from '@llmos/contracts';
import { signalsOutputSchema } from '@llmos/contracts/capabilities/scheduler-signals';
import { Bus } from '@llmos/mesh';
import { waitFor } from '@llmos/testing';
import { AskedScheduler } from './asked-scheduler.js';

describe('The figures of all processes, asked of the scheduler', () => {
  let scheduler: AskedScheduler;
  beforeAll(async () => (scheduler = await AskedScheduler.start()), 90_000);
  afterAll(() => scheduler.stop());

  const ask = async () => {
    const answer = await scheduler.ask('signals');
    return signalsOutputSchema.parse((answer as { details: unknown }).details);
  };

  it('have its own process, and count the questions', async () => {
    const { processes, services, capabilities } = await waitFor(
      'its own figures',
      async () => {
        const signals = await ask();
        const asked = signals.capabilities.find(({ capability }) => capability === 'scheduler.signals');
        return asked && asked.completedPerSecond > 0 && signals.processes[0]?.readySeconds ? signals : undefined;
      },
      40_000,
    );
    expect(processes).toMatchObject([{ service: 'scheduler', pid: scheduler.service.pid, ready: true }]);
    expect(processes[0]!.memoryBytes).toBeGreaterThan(10_000_000);
    expect(services).toMatchObject([{ service: 'scheduler', processes: 1, ready: 1, deaths: 0 }]);
    expect(capabilities.find(({ capability }) => capability === 'scheduler.signals')).toMatchObject({
      ready: 1,
      errorShare: 0,
      handlerP95Seconds: expect.any(Number) as number,
    });
  }, 60_000);

  it('have the tasks that nobody takes, and for how long', async () => {
    const worker = await Bus.connect({ url: scheduler.nats.url, service: 'text' });
    worker.consume(taskConsumer('durable', 'text.shout'), 1, () => Promise.resolve());
    await waitFor('the consumer', () => worker.pulling);
    await worker.close(0);
    const run = { tenant: 'acme', lane: 'durable', deadlineMs: Date.now() + 60_000 } as const;
    for (let index = 0; index < 3; index++)
      await scheduler.bus.runs.publishTask({ ...run, run: newRunId() }, 'text.shout', '0', {}, undefined);
    const shout = await waitFor(
      'the tasks to be old',
      async () => {
        const { capabilities } = await ask();
        return capabilities.find(({ capability, oldestSeconds }) => capability === 'text.shout' && oldestSeconds > 2);
      },
      40_000,
    );
    expect(shout).toMatchObject({ service: 'text', ready: 0, inWork: 0, waitingLive: 0, waitingDurable: 3 });
    expect(shout.oldestLiveSeconds).toBe(0);
  }, 60_000);
});
