import { Bus } from '@llmos/mesh';
import {
  filesHolding,
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestServiceProcess,
  type TestNatsServer,
} from '@llmos/testing';

const TASK_STREAM = 'TASKS_DURABLE';
const SCHEDULES_STREAM = 'SCHEDULES';

describe('/v1/schedules', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let bus: Bus;

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(gateway.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const nightly = { pipeline: 'detect_intent', every: '1s', input: { text: 'Where is my card?' } };
  /** The runs of `detect_intent` with a text: nobody does their first task here. */
  const runsOf = async (text: string): Promise<number> => {
    const read = async (from: number): Promise<number> => {
      const request = { seq: from, next_by_subj: 'llmos.task.durable.intent.detect' };
      const reply = await bus.nc.request(`$JS.API.STREAM.MSG.GET.${TASK_STREAM}`, JSON.stringify(request));
      const { message } = reply.json<{ message?: { seq: number; data: string } }>();
      if (!message) return 0;
      const found = Buffer.from(message.data, 'base64').toString().includes(text) ? 1 : 0;
      return found + (await read(message.seq + 1));
    };
    return read(1);
  };

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: { LLMOS_PORT: '0', LLMOS_SCHEDULE_MIN_SECONDS: '1' },
      startedWhen: '/healthz',
    });
    bus = await Bus.connect({ url: nats.url, service: 'test' });
  }, 120_000);
  afterAll(async () => {
    await bus?.close();
    await gateway?.stop();
    await nats.stop();
  });

  it('starts the pipeline each time it is due, until the schedule is deleted', async () => {
    expect((await call('PUT', '/v1/schedules/nightly', nightly)).status).toBe(200);
    const { body } = await call('GET', '/v1/schedules');
    expect(body).toEqual({
      schedules: [{ name: 'nightly', pipeline: 'detect_intent', when: '@every 1s', input: nightly.input }],
    });
    await waitFor('two runs of the schedule', async () => (await runsOf(nightly.input.text)) >= 2);
    expect((await call('DELETE', '/v1/schedules/nightly')).body).toEqual({ name: 'nightly', deleted: true });
    expect((await call('GET', '/v1/schedules')).body).toEqual({ schedules: [] });
    await waitFor('what was due to be a run', async () => (await bus.pending(SCHEDULES_STREAM)) === 0);
    const before = await runsOf(nightly.input.text);
    const marker = { name: 'marker', pipeline: 'detect_intent', when: '@every 1s', input: { text: 'a marker' } };
    await bus.recurringRuns.put('default', marker);
    await waitFor('two runs of the other schedule', async () => (await runsOf(marker.input.text)) >= 2);
    await bus.recurringRuns.delete('default', 'marker');
    expect(await runsOf(nightly.input.text)).toBe(before);
  }, 180_000);

  it('keeps the input of a schedule unreadable on the disk of the broker until it is due', async () => {
    const input = { text: 'CANARY of a schedule' };
    expect((await call('PUT', '/v1/schedules/quiet', { ...nightly, every: '24h', input })).status).toBe(200);
    expect((await call('GET', '/v1/schedules')).body).toMatchObject({ schedules: [{ name: 'quiet', input }] });
    expect(await filesHolding(nats.pid, 'CANARY of a schedule')).toEqual([]);
    expect(await runsOf(input.text)).toBe(0);
    await call('PUT', '/v1/schedules/quiet', { ...nightly, every: '1s', input });
    await waitFor('a run of it', async () => (await runsOf(input.text)) > 0);
    await call('DELETE', '/v1/schedules/quiet');
  }, 120_000);

  it('replaces a schedule of the same name, and separates the tenants', async () => {
    await call('PUT', '/v1/schedules/daily', { ...nightly, every: '24h' });
    await call('PUT', '/v1/schedules/daily', { pipeline: 'detect_intent', cron: '0 0 3 * * *', input: nightly.input });
    const { body } = await call('GET', '/v1/schedules');
    expect(body).toMatchObject({ schedules: [{ name: 'daily', when: '0 0 3 * * *' }] });
    expect(await bus.recurringRuns.list('other')).toEqual([]);
  });

  it.each([
    ['no time', { pipeline: 'detect_intent', input: nightly.input }, 'every'],
    ['two times', { ...nightly, cron: '0 0 3 * * *' }, 'every'],
    ['a malformed interval', { ...nightly, every: 'often' }, 'every'],
    ['a malformed cron line', { pipeline: 'detect_intent', cron: '9 9 9 9 9 nine', input: nightly.input }, 'when'],
    ['an unknown pipeline', { ...nightly, pipeline: 'nothing' }, 'pipeline'],
    ['an input the pipeline does not take', { ...nightly, input: { colour: 'red' } }, 'colour'],
  ])('refuses %s and names the field', async (_, body, field) => {
    const answer = await call('PUT', '/v1/schedules/bad', body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).toMatchObject({ status: 'error', error: { field } });
  });

  it('refuses a name that would address another subject', async () => {
    expect((await call('PUT', '/v1/schedules/a.b', nightly)).status).toBe(400);
  });

  it('keeps at most 100 schedules of a tenant, each of which can be replaced', async () => {
    const { body } = await call('GET', '/v1/schedules');
    const there = (body['schedules'] as unknown[]).length;
    const daily = { ...nightly, every: '24h' };
    const answers = await Promise.all(
      Array.from({ length: 105 - there }, (_, i) => call('PUT', `/v1/schedules/many${i}`, daily)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100 - there);
    expect(answers.find(({ status }) => status !== 200)).toMatchObject({
      status: 409,
      body: { status: 'error', error: { code: 'CONFLICT', message: expect.stringContaining('100') as string } },
    });
    expect((await call('PUT', '/v1/schedules/many0', { ...daily, every: '12h' })).status).toBe(200);
    expect((await call('PUT', '/v1/schedules/other', daily)).status).toBe(409);
  }, 120_000);

  it('refuses an input of more than 100 KB', async () => {
    const answer = await call('PUT', '/v1/schedules/large', { ...nightly, input: { text: 'x'.repeat(100_001) } });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE', field: 'input' } } });
  });
});
