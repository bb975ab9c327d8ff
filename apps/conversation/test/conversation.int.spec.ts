import { pipelineSchema } from '@llmos/contracts';
import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import {
  startNatsServer,
  startRedisServer,
  startServiceProcess,
  type TestNatsServer,
  type TestRedisServer,
  type TestServiceProcess,
} from '@llmos/testing';

/** Far above the 250 ms that a frozen Redis may cost, because the machine may be busy, and far below a task's limit. */
const PATIENCE_MS = 10_000;

describe('The conversation service as a process with a real Redis', () => {
  let nats: TestNatsServer | undefined;
  let redis: TestRedisServer | undefined;
  let service: TestServiceProcess | undefined;
  let bus: Bus | undefined;
  let client: MeshClient;

  const start = async (): Promise<void> => {
    const env = { LLMOS_REDIS_URL: redis!.url, LLMOS_REDIS_PASSWORD: redis!.password };
    service = await startServiceProcess({ app: 'conversation', natsUrl: nats!.url, env });
  };

  beforeAll(async () => {
    [nats, redis] = await Promise.all([startNatsServer(), startRedisServer()]);
    await start();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    client = new MeshClient(bus, await RunRecords.open(bus));
  }, 180_000);

  afterAll(async () => {
    await bus?.close(200);
    await service?.stop();
    await Promise.all([redis?.stop(), nats?.stop()]);
  }, 120_000);

  /** Runs one capability as the only step of a pipeline and returns its output. */
  const call = async (capability: string, input: Record<string, unknown>, tenant = 'acme') => {
    const fields = Object.keys(input);
    const pipeline = pipelineSchema.parse({
      name: 'test',
      version: 1,
      input: Object.fromEntries(fields.map((field) => [field, { type: 'json' }])),
      steps: [
        { id: 'it', uses: capability, with: Object.fromEntries(fields.map((field) => [field, `\${input.${field}}`])) },
      ],
      result: 'done',
      details: { output: '${it}' },
    });
    const context = { run: client.newRun(), tenant, lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const request = { ...context, pipeline, input, traceparent: undefined };
    const answer = await client.converse(request, () => undefined, new AbortController().signal);
    if (answer.type !== 'completed') throw new Error(`${JSON.stringify(answer)}\n${String(service?.log())}`);
    return answer.details['output'] as Record<string, unknown>;
  };
  const understand = (text: string, conversation = 'c1', tenant?: string) =>
    call('conversation.understand', { text, conversation }, tenant);
  const record = (conversation: string, text: string, user?: string) =>
    call('conversation.record', {
      conversation,
      text,
      question: text,
      answer: 'It is free.',
      ...(user ? { user } : {}),
    });

  it('remembers a conversation beyond a restart of the service, for its tenant alone', async () => {
    expect(await record('c1', 'How much is a transfer?')).toEqual({ kept: true, degraded: false });
    await service!.stop();
    await start();
    expect(await understand('and to the US?')).toMatchObject({ context: 'How much is a transfer?', degraded: false });
    expect((await understand('can you repeat that?'))['reply']).toBe('It is free.');
    expect(await understand('and to the US?', 'c2')).not.toHaveProperty('context');
    expect(await understand('and to the US?', 'c1', 'other')).not.toHaveProperty('context');
  }, 120_000);

  it('publishes a hand-over as one event that the tenant can read', async () => {
    await record('c6', 'How much is a transfer?');
    const events = bus!.nc.subscribe('llmos.out.acme.handover');
    const { handover } = await call('conversation.hand_over', {
      conversation: 'c6',
      text: 'I want to talk to a person',
    });
    for await (const message of events) {
      expect(message.headers?.get('ce-type')).toBe('org.llmos.handover');
      // Who takes over may read it after the deadline of the run.
      const hoursLeft = (Date.parse(message.headers!.get('ce-expirytime')) - Date.now()) / 3_600_000;
      expect(hoursLeft).toBeGreaterThan(24);
      expect(message.json()).toEqual(handover);
      expect(message.json()).toMatchObject({ conversation: 'c6', summary: 'How much is a transfer?' });
      break;
    }
  }, 120_000);

  it('forgets the conversations of a user', async () => {
    await record('c3', 'How much is a transfer?', 'u1');
    await record('c4', 'How much is a transfer?', 'u2');
    expect(await call('conversation.forget', { user: 'u1' })).toEqual({ conversations: 1 });
    expect(await understand('and to the US?', 'c3')).not.toHaveProperty('context');
    expect(await understand('and to the US?', 'c4')).toHaveProperty('context');
  }, 120_000);

  it('answers without memory, and soon, while Redis is frozen, and with it afterwards', async () => {
    await record('c5', 'How much is a transfer?');
    redis!.freeze();
    const startedAt = Date.now();
    expect(await understand('and to the US?', 'c5')).toMatchObject({ topic: 'question', degraded: true });
    expect(await record('c5', 'x')).toEqual({ kept: false, degraded: true });
    expect(Date.now() - startedAt).toBeLessThan(PATIENCE_MS);
    const metrics = await (await fetch(`${service!.url}/metrics`)).text();
    expect(metrics).toMatch(/llmos_redis_up\{[^}]*\} 0/);
    expect(metrics).toMatch(/llmos_conversation_degraded_total\{[^}]*conversation\.understand[^}]*\} [1-9]/);
    redis!.thaw();
    let again = await understand('and to the US?', 'c5');
    while (again['degraded']) again = await understand('and to the US?', 'c5');
    expect(again).toMatchObject({ context: expect.any(String) as string });
  }, 120_000);
});
