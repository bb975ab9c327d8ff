import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { loadCapabilities, type Answer, type Pipeline } from '@llmos/contracts';
import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { ModelStore } from '@llmos/models';
import { parsePipeline } from '@llmos/pipeline';
import { startNatsServer, startOtlpReceiver, startServiceProcess, startStopwatch, waitFor } from '@llmos/testing';

const PIPELINE = fileURLToPath(new URL('../../../deploy/pipelines/speak.yaml', import.meta.url));
const LONG = 'You can change your PIN at any ATM in the UK. '.repeat(60);

interface Sound {
  readonly audio: Uint8Array;
  readonly contentType: string;
  readonly durationSeconds: number;
}

describe('The voice as a process with a real nats-server', () => {
  let nats: Awaited<ReturnType<typeof startNatsServer>> | undefined;
  let otlp: Awaited<ReturnType<typeof startOtlpReceiver>> | undefined;
  let service: Awaited<ReturnType<typeof startServiceProcess>> | undefined;
  let bus: Bus | undefined;
  let client: MeshClient;
  let pipeline: Pipeline;

  beforeAll(async () => {
    const { home, root, catalogPath } = loadConfig(baseConfig);
    await (await ModelStore.open({ home, catalogPath, root })).ensure('piper-joe');
    [nats, otlp] = await Promise.all([startNatsServer(), startOtlpReceiver()]);
    service = await startServiceProcess({ app: 'speech', natsUrl: nats.url, env: { LLMOS_OTLP_URL: otlp.url } });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
    pipeline = parsePipeline(await readFile(PIPELINE, 'utf8'), PIPELINE, await loadCapabilities());
  }, 300_000);

  afterAll(async () => {
    await bus?.close(200);
    await service?.kill();
    await Promise.all([otlp?.stop(), nats?.stop()]);
  }, 120_000);

  async function speak(text: string, onAnswer: (answer: Answer) => void = () => undefined, within = 60_000) {
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + within } as const;
    const last = await client.converse(
      { ...context, pipeline, input: { text }, traceparent: undefined },
      onAnswer,
      new AbortController().signal,
    );
    return { run: context.run, last };
  }

  it('speaks a text as a WAV file, each sentence before the whole', async () => {
    const pieces: Sound[] = [];
    const { last } = await speak('Your card costs £5. It arrives on Monday.', (answer) => {
      if (answer.type === 'delta') pieces.push((answer.delta as { speech: Sound }).speech);
    });
    if (last.type !== 'completed') throw new Error(JSON.stringify(last));
    const { audio, contentType, durationSeconds } = last.details['speech'] as Sound;
    expect([contentType, pieces.length]).toEqual(['audio/wav', 2]);
    expect(durationSeconds).toBeGreaterThan(2);
    expect(durationSeconds).toBeLessThan(8);
    const file = Buffer.from(audio);
    expect([file.toString('latin1', 0, 4), file.readUInt32LE(24)]).toEqual(['RIFF', 22_050]);
    expect((file.length - 44) / 2 / 22_050).toBeCloseTo(durationSeconds, 3);
    // Full volume somewhere, and more than a click.
    const samples = new Int16Array(file.buffer, file.byteOffset + 44, (file.length - 44) / 2);
    expect(Math.max(...samples.slice(0, 60_000))).toBeGreaterThan(10_000);
    expect(pieces.reduce((sum, piece) => sum + piece.audio.length - 44, 44)).toBe(file.length);
    const span = await waitFor('the span', () => otlp!.spans.find(({ name }) => name === 'synthesize piper-joe'));
    expect(span).toMatchObject({ service: 'speech', attributes: { 'speech.pieces': 2 } });
  }, 120_000);

  it('stops between two sentences when the run is cancelled, and is free for the next', async () => {
    let heard = 0;
    const first = startStopwatch();
    let firstMs = 0;
    const running = new AbortController();
    const context = { run: client.newRun(), tenant: 'acme', lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const last = await client.converse(
      { ...context, pipeline, input: { text: LONG }, traceparent: undefined },
      (answer) => {
        if (answer.type !== 'delta' || (heard += 1) > 1) return;
        firstMs = first();
        running.abort(new Error('enough'));
      },
      running.signal,
    );
    expect(last).toMatchObject({ type: 'cancelled' });
    const elapsed = startStopwatch();
    expect((await speak('Next.')).last.type).toBe('completed');
    // All sentences would take sixty times as long as the first.
    expect(elapsed()).toBeLessThan(Math.max(10_000, 10 * firstMs));
    expect(heard).toBeLessThan(5);
  }, 120_000);

  it('keeps the deadline of the run', async () => {
    const { last } = await speak(LONG, () => undefined, 1_500);
    expect(['expired', 'failed']).toContain(last.type);
  }, 120_000);

  it('refuses a text that is too long and names the field', async () => {
    const { last } = await speak('a'.repeat(4_001));
    expect(last).toMatchObject({ type: 'failed', error: { code: 'INVALID_ARGUMENT', field: 'text' } });
  }, 120_000);

  it('exits in order on a stop signal', async () => {
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
