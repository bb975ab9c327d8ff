import { headers } from '@nats-io/transport-node';
import { waitFor } from '@llmos/testing';
import fc from 'fast-check';
import { BAD_BODIES, type BadBody } from './bad-bodies.js';
import { QUESTIONS, readEvents, type Instance, type Reply } from './instance.js';

const MINUTE_MS = 60_000;
const SEED = 20_260_901;
const AT_ONCE = 10;
/** `npm test` sends a part of the generated cases; `npm run test:long` sends all. */
const SHARE = process.env['LLMOS_TEST_CASES'] === 'all' ? 1 : 0.3;
const runs = (all: number) => Math.ceil(all * SHARE);
const question = QUESTIONS[0]!;

/** A caller's mistake is answered with 4xx, an error code and the invalid field. */
function expectRefusal({ status, body }: Reply): void {
  expect({ status, body }).toMatchObject({
    status: expect.any(Number) as number,
    body: { status: 'error', error: { code: expect.any(String) as string, message: expect.any(String) as string } },
  });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body.error).toMatchObject({ field: expect.stringMatching(/./) as string });
}

/** Invalid input is refused and changes no process. */
export function badInputSuite(running: () => Instance): void {
  let instance: Instance;
  let before: Awaited<ReturnType<typeof footprints>>;
  beforeAll(async () => {
    instance = running();
    // All models run once: the memory they take then is not growth.
    await instance.ask({ audio: question.audio.toString('base64') });
    before = await footprints();
  }, MINUTE_MS);
  const raw = (body: string | Uint8Array, type = 'application/json') =>
    instance.post('/serving/process', body, { 'content-type': type });

  it('refuses bodies that are not JSON', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.json().map((json) => json.slice(0, -1)),
      fc.json().map((json) => `${json}}`),
      fc.constant(''),
    );
    const isObject = (body: string) => {
      try {
        const value: unknown = JSON.parse(body);
        return typeof value === 'object' && value !== null && !Array.isArray(value);
      } catch {
        return false;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        text.filter((body) => !isObject(body)),
        async (body) => expectRefusal(await raw(body)),
      ),
      { numRuns: runs(300), seed: SEED },
    );
  });

  it('refuses JSON of another shape', async () => {
    const body = fc.oneof(
      fc.dictionary(
        fc.string({ maxLength: 10 }).filter((key) => key !== 'name'),
        fc.jsonValue(),
      ),
      fc
        .jsonValue()
        .filter((value) => typeof value !== 'string')
        .map((name) => ({ name })),
      fc.string({ maxLength: 30 }).map((name) => ({ name: `no-${name}` })),
      fc
        .jsonValue()
        .filter((value) => typeof value !== 'string' && value !== null)
        .map((value) => ({ name: 'customer_service', text: value })),
      fc
        .jsonValue()
        .filter((value) => typeof value !== 'string' && value !== null)
        .map((value) => ({ name: 'customer_service', audio: value })),
      fc
        .string({ minLength: 1, maxLength: 20 })
        .filter((key) => !['name', 'text', 'audio', '__proto__'].includes(key))
        .map((key) => ({ name: 'customer_service', [key]: 1 })),
      fc.jsonValue().filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => expectRefusal(await raw(JSON.stringify(value)))),
      { numRuns: runs(400), seed: SEED },
    );
  });

  it.each([
    ['arrays', '['.repeat(10_000)],
    ['closed arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000)],
    ['a deep document', `{"name":"upsert_document","document":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
  ])('refuses JSON nested 10,000 deep (%s)', async (_, body) => expectRefusal(await raw(body)));

  it('refuses texts that are empty, of 100 KB, with control characters or broken Unicode', async () => {
    const controls = [...Array(32).keys(), ...Array.from({ length: 33 }, (_, i) => 127 + i)].filter(
      (code) => code < 9 || code > 13,
    );
    const texts = [
      '',
      ' ',
      '\n\t ',
      '\v\f\u00a0',
      'a'.repeat(100_000),
      '你'.repeat(5_000),
      '\ud800',
      'a\udc00b',
      ...controls.map((code) => `My card${String.fromCharCode(code)} is lost`),
    ];
    for (const text of texts) expectRefusal(await instance.ask({ text }));
  });

  it('answers texts in other scripts, emoji and code without an error', async () => {
    const scripts = [
      '我的卡丢了怎么办？',
      'Моя карта не работает',
      'بطاقتي لا تعمل',
      'カードが届きません',
      '👍👍👍',
      "'; DROP TABLE cards; --",
      '<script>alert(1)</script>',
      '${input.text} {{7*7}} %s %n',
      '../../etc/passwd',
      'A'.repeat(4_000),
      '1 '.repeat(2_000),
      '𝕱𝖔𝖔',
      'z̷̢̛a̶l̵g̴o̶',
    ];
    for (const text of scripts) {
      const { status, body } = await instance.ask({ text });
      expect({ text, status }).toEqual({ text, status: 200 });
      expect(body.result!.length).toBeGreaterThan(0);
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), async (text) => {
        const { status, body } = await instance.ask({ text });
        if (status !== 200) expectRefusal({ status, body, headers: new Headers() });
      }),
      { numRuns: runs(100), seed: SEED },
    );
  });

  it(
    'refuses or answers recordings that are truncated, altered, empty, huge or not audio',
    async () => {
      const { audio } = question;
      const altered = fc.oneof(
        fc.nat(audio.length - 1).map((length) => audio.subarray(0, length)),
        fc.tuple(fc.nat(43), fc.nat(255)).map(([at, value]) => withByte(audio, at, value)),
        fc
          .array(fc.tuple(fc.nat(43), fc.nat(255)), { minLength: 2, maxLength: 10 })
          .map((changes) => changes.reduce((bytes: Buffer, [at, value]) => withByte(bytes, at, value), audio)),
        fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
        fc
          .tuple(
            fc.constantFrom('RIFF', 'fLaC', 'OggS', 'ID3', '\u001aE\u00df\u00a3', '\u00ff\u00fb'),
            fc.uint8Array({ maxLength: 2_000 }),
          )
          .map(([magic, bytes]) => Buffer.concat([Buffer.from(magic, 'latin1'), bytes])),
      );
      await fc.assert(
        fc.asyncProperty(altered, async (bytes) => {
          const form = new FormData();
          form.set('name', 'customer_service');
          form.set('audio', new Blob([new Uint8Array(bytes)]), 'sound');
          const reply = await instance.post('/serving/process', form);
          if (reply.status !== 200) expectRefusal(reply);
        }),
        { numRuns: runs(150), seed: SEED },
      );
      for (const text of ['', '@@@', 'UklG', 'not base64!', 'A'.repeat(40)])
        expectRefusal(await instance.ask({ audio: text }));
      const huge = Buffer.alloc(27_000_000);
      audio.copy(huge);
      expectRefusal(await instance.ask({ audio: huge.toString('base64') }));
    },
    5 * MINUTE_MS,
  );

  it('refuses bodies over the limit, wrong content types and unknown addresses', async () => {
    expect((await raw('x'.repeat(41_000_000)).catch(() => ({ status: 413 }))).status).toBe(413);
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
    ]) {
      expectRefusal(await raw('name=customer_service', type));
    }
    for (const path of [
      '/',
      '/nope',
      '/v1/runs/x',
      `/v1/runs/${'a'.repeat(5_000)}`,
      '/v1/runs/%00',
      '/v1/runs/%ff',
      '/serving/process/../..',
    ]) {
      const response = await fetch(instance.url + path);
      expect({ path, refused: response.status >= 400 && response.status < 500 }).toEqual({ path, refused: true });
    }
  });

  it('turns invalid messages on the bus into dead letters with a reason, and tells the senders of events', async () => {
    const nc = await instance.connectAs('services');
    const sender = await instance.connectAs('default');
    try {
      const letters: { code: string; subject: string }[] = [];
      const told = new Set<string>();
      sender.subscribe('llmos.out.default.>', {
        callback: (_, { headers: h }) => {
          if (h!.get('ce-type') === 'org.llmos.run.failed') told.add(h!.get('ce-correlationid'));
        },
      });
      await sender.flush();
      nc.subscribe('llmos.dlq.>', {
        callback: (_, message) =>
          void letters.push({
            code: message.headers!.get('llmos-error-code'),
            subject: message.headers!.get('llmos-original-subject'),
          }),
      });
      const event = (attributes: Record<string, string>) => {
        const h = headers();
        for (const [name, value] of Object.entries(attributes)) h.set(name, value);
        return h;
      };
      const good = { 'ce-specversion': '1.0', 'ce-id': 'x', 'ce-source': 'test', 'content-type': 'application/json' };
      const intake = 'llmos.in.default.customer_service';
      const cases: [string, string, Record<string, string>][] = [
        [intake, '{', { ...good, 'ce-id': '1' }],
        [intake, '[]', { ...good, 'ce-id': '2' }],
        [intake, '{"text":5}', { ...good, 'ce-id': '3' }],
        [intake, '{"text":""}', { ...good, 'ce-id': '4' }],
        [intake, '{"other":1}', { ...good, 'ce-id': '5' }],
        [intake, '['.repeat(10_000), { ...good, 'ce-id': '6' }],
        [intake, '{"text":"hi"}', { 'ce-specversion': '9', 'ce-id': '7', 'ce-source': 'test' }],
        [intake, '{"text":"hi"}', { 'ce-specversion': '1.0', 'ce-source': 'test' }],
        [intake, '{"specversion":"1.0"}', { 'content-type': 'application/cloudevents+json' }],
        [intake, '{"text":"hi"}', {}],
        [intake, 'garbage', { ...good, 'ce-id': '8', 'content-type': 'application/vnd.llmos.frame' }],
        ['llmos.in.default.unknown_pipeline', '{}', { ...good, 'ce-id': '9' }],
        ['llmos.in.default', '{}', { ...good, 'ce-id': '10' }],
        ['llmos.in.default.a.b', '{}', { ...good, 'ce-id': '11' }],
        ['llmos.task.live.intent.detect', '{}', {}],
        ['llmos.task.durable.asr.transcribe', '{"pipeline":{}}', good],
      ];
      const random = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: runs(100), seed: SEED });
      for (const [subject, body, attributes] of cases) nc.publish(subject, body, { headers: event(attributes) });
      random.forEach((bytes, i) => nc.publish(intake, bytes, { headers: event({ ...good, 'ce-id': `random-${i}` }) }));
      await waitFor('all messages to be dead letters', () => letters.length >= cases.length + random.length);
      expect(letters).toHaveLength(cases.length + random.length);
      // Two of the messages are tasks, and one names no pipeline: they have no sender who could be told.
      const ids = cases.slice(0, -2).map(([, , attributes]) => attributes['ce-id'] ?? '');
      const expected = new Set([...ids.filter((id) => id !== '10'), ...random.map((_, i) => `random-${i}`)]);
      await waitFor('the senders to be told', () => told.size >= expected.size);
      expect(told).toEqual(expected);
      expect(
        letters.every(({ code }) =>
          ['MALFORMED_EVENT', 'MALFORMED_JSON', 'INVALID_ARGUMENT', 'UNKNOWN_PIPELINE'].includes(code),
        ),
      ).toBe(true);
    } finally {
      await nc.close();
      await sender.close();
    }
  });

  it.each(BAD_BODIES)(
    'answers random %s with success or with 4xx',
    async (_, path, body, count) => {
      const together = fc.array(body, { minLength: AT_ONCE, maxLength: AT_ONCE });
      await fc.assert(
        fc.asyncProperty(together, async (bodies) => {
          await Promise.all(bodies.map((each) => expectFairAnswer(path, each)));
        }),
        { numRuns: runs(count / AT_ONCE), seed: SEED, endOnFailure: true },
      );
    },
    5 * MINUTE_MS,
  );

  it('restarts no process, grows none by more than 200 MB, and questions are answered as before', async () => {
    expect((await instance.ask({ text: 'How do I change my PIN?' })).status).toBe(200);
    expect(instance.log()).not.toContain('"INTERNAL"');
    const after = await footprints();
    for (const [name, { pid, residentMb }] of before) {
      expect({ name, pid: after.get(name)!.pid }).toEqual({ name, pid });
      expect({ name, grownTooMuch: after.get(name)!.residentMb - residentMb > 200 }).toEqual({
        name,
        grownTooMuch: false,
      });
    }
  });

  /** Success, or a refusal that names the error. The import of a file is followed to its end. */
  async function expectFairAnswer(path: string, { type, body }: BadBody): Promise<void> {
    const response = await fetch(instance.url + path, {
      method: 'POST',
      headers: { 'content-type': type, accept: 'text/event-stream' },
      body: body as string,
    });
    const { status, headers } = response;
    const sent = Buffer.from(body).toString('base64').slice(0, 2_000);
    if (headers.get('content-type')?.includes('text/event-stream')) {
      const last = (await readEvents(response)).at(-1);
      if (last?.event === 'completed') return;
      expect({ sent, last }).toMatchObject({ last: { data: { error: { code: 'INVALID_ARGUMENT', field: 'file' } } } });
      return;
    }
    const answer = (await response.json()) as Reply['body'];
    if (status !== 200) expectRefusal({ status, headers, body: answer });
  }

  async function footprints(): Promise<Map<string, { pid: number; residentMb: number }>> {
    const found = new Map<string, { pid: number; residentMb: number }>();
    for (const { name, pid, url } of instance.state().services) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const bytes = Number(/process_resident_memory_bytes\{[^}]*\} ([\d.e+]+)/.exec(metrics)![1]);
      found.set(name, { pid, residentMb: bytes / 1e6 });
    }
    return found;
  }
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
