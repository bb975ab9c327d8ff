import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { loadCapabilities } from '@llmos/contracts';
import { parsePipeline } from '@llmos/pipeline';
import { startNatsServer, startServiceProcess } from '@llmos/testing';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PIPELINE = fileURLToPath(new URL('../../../deploy/pipelines/availability.yaml', import.meta.url));

describe('The availability of a pipeline, asked of the process', () => {
  let nats: Awaited<ReturnType<typeof startNatsServer>> | undefined;
  let service: Awaited<ReturnType<typeof startServiceProcess>> | undefined;
  let bus: Bus | undefined;
  let client: MeshClient;

  beforeAll(async () => {
    nats = await startNatsServer();
    service = await startServiceProcess({ app: 'scheduler', natsUrl: nats.url });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 180_000);

  afterAll(async () => {
    await bus?.close(200);
    await service?.stop();
    await nats?.stop();
  });

  const ask = async (input: Record<string, unknown>) => {
    const pipeline = parsePipeline(await readFile(PIPELINE, 'utf8'), PIPELINE, await loadCapabilities());
    const context = { run: client.newRun(), tenant: 'default', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    return client.converse(
      { ...context, pipeline, input, traceparent: undefined },
      () => undefined,
      AbortSignal.timeout(60_000),
    );
  };
  const steps = [{ id: 'intent', service: 'intent' }];

  it('is computed from failures and repairs', async () => {
    const services = [{ name: 'intent', replicas: 2, failuresPerHour: 36, repairSeconds: 100 }];
    const answer = await ask({ steps, services, simulated_events: 10_000 });
    expect(answer).toMatchObject({ type: 'completed', details: { answered: 0.75, services: [{ available: 0.75 }] } });
  }, 120_000);

  it('is refused with the field that is wrong', async () => {
    const answer = await ask({ steps, services: [{ name: 'intent', failuresPerHour: 0, repairSeconds: 100 }] });
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'INVALID_ARGUMENT' } });
    expect(JSON.stringify(answer)).toContain('services.0.failuresPerHour');
  }, 120_000);
});
