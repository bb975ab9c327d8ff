import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { loadCapabilities, type Pipeline } from '@llmos/contracts';
import { parsePipeline } from '@llmos/pipeline';
import { startNatsServer, startOtlpReceiver, startServiceProcess, waitFor } from '@llmos/testing';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PIPELINE = fileURLToPath(new URL('../../../deploy/pipelines/plan_resources.yaml', import.meta.url));
const NODES = [
  { name: 'node-1', cores: 4, memoryMb: 8_000 },
  { name: 'node-2', cores: 4, memoryMb: 8_000 },
];

describe('The scheduler as a process', () => {
  let nats: Awaited<ReturnType<typeof startNatsServer>> | undefined;
  let otlp: Awaited<ReturnType<typeof startOtlpReceiver>> | undefined;
  let service: Awaited<ReturnType<typeof startServiceProcess>> | undefined;
  let bus: Bus | undefined;
  let client: MeshClient;
  let pipeline: Pipeline;

  beforeAll(async () => {
    [nats, otlp] = await Promise.all([startNatsServer(), startOtlpReceiver()]);
    service = await startServiceProcess({ app: 'scheduler', natsUrl: nats.url, env: { LLMOS_OTLP_URL: otlp.url } });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    client = new MeshClient(bus, await RunRecords.open(bus));
    pipeline = parsePipeline(await readFile(PIPELINE, 'utf8'), PIPELINE, await loadCapabilities());
  }, 180_000);

  afterAll(async () => {
    await bus?.close(200);
    await service?.stop();
    await Promise.all([otlp?.stop(), nats?.stop()]);
  });

  const ask = (input: Record<string, unknown>, traceparent?: string, withinMs = 60_000) => {
    const deadlineMs = Date.now() + withinMs;
    const context = { run: client.newRun(), tenant: 'default', lane: 'live', deadlineMs } as const;
    return client.converse({ ...context, pipeline, input, traceparent }, () => undefined, AbortSignal.timeout(60_000));
  };

  it("answers a run of its pipeline, with a span in the caller's trace", async () => {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const services = [{ name: 'intent', replicas: 3, cores: 2, memoryMb: 500 }];
    const answer = await ask({ nodes: NODES, services, budget_ms: 30_000 }, traceparent);
    expect(answer).toMatchObject({ type: 'completed', details: { parts: { nodes: 2 }, unplaced: [], gap: 0 } });
    const name = 'process llmos.task.live.scheduler.plan';
    const span = await waitFor('the span', () =>
      otlp!.spans.find((each) => each.traceId === traceId && each.name === name),
    );
    expect(span).toMatchObject({ service: 'scheduler' });
  }, 120_000);

  it('returns an error that names the invalid field', async () => {
    const services = [{ name: 'intent', cores: 1, affinity: [{ with: 'nobody' }] }];
    const answer = await ask({ nodes: NODES, services });
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'INVALID_ARGUMENT' } });
    expect(JSON.stringify(answer)).toContain('services.0.affinity.0.with');
  }, 120_000);

  it('ends a search when the deadline of its run passes, and takes the next request', async () => {
    // Nobody proves the best balance of these in time.
    const services = Array.from({ length: 100 }, (_, at) => ({ name: `s${at}`, cores: 1 + ((at * 7) % 13) / 4 }));
    const nodes = Array.from({ length: 60 }, (_, at) => ({ name: `n${at}`, cores: 8 + (at % 5), memoryMb: 1 }));
    const late = await ask({ nodes, services, objective: { balance: 1 }, budget_ms: 300_000 }, undefined, 2_000);
    expect(late).toMatchObject({ type: 'expired' });
    const next = await ask({ nodes: NODES, services: [{ name: 'intent', cores: 2 }], solver: 'greedy' });
    expect(next).toMatchObject({ type: 'completed', details: { solver: 'greedy' } });
  }, 120_000);
});
