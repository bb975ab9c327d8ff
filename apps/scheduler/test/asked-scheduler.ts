import { loadCapabilities, type TerminalAnswer } from '@llmos/contracts';
import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { parsePipeline } from '@llmos/pipeline';
import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PIPELINES = new URL('../../../deploy/pipelines/', import.meta.url);

/** The scheduler in a process of its own, at a broker of its own, and a caller of its pipelines. */
export class AskedScheduler {
  private constructor(
    readonly nats: TestNatsServer,
    readonly service: TestServiceProcess,
    readonly bus: Bus,
    private readonly client: MeshClient,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<AskedScheduler> {
    const nats = await startNatsServer();
    const service = await startServiceProcess({ app: 'scheduler', natsUrl: nats.url, env });
    const bus = await Bus.connect({ url: nats.url, service: 'test' });
    return new AskedScheduler(nats, service, bus, new MeshClient(bus, await RunRecords.open(bus)));
  }

  async ask(name: string, input: Readonly<Record<string, unknown>> = {}): Promise<TerminalAnswer> {
    const file = fileURLToPath(new URL(`${name}.yaml`, PIPELINES));
    const pipeline = parsePipeline(await readFile(file, 'utf8'), file, await loadCapabilities());
    const run = {
      run: this.client.newRun(),
      tenant: 'default',
      lane: 'live',
      deadlineMs: Date.now() + 20_000,
    } as const;
    const request = { ...run, pipeline, input, traceparent: undefined };
    return this.client.converse(request, () => undefined, AbortSignal.timeout(20_000));
  }

  async stop(): Promise<void> {
    await this.bus.close(200);
    await this.service.stop();
    await this.nats.stop();
  }
}
