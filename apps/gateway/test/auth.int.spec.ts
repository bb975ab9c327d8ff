import {
  startNatsServer,
  startServiceProcess,
  threadMsOf,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

const MEGABYTE = 1_000_000;

describe('a gateway process', () => {
  let nats: TestNatsServer;
  let keyless: TestServiceProcess;
  let keyed: TestServiceProcess;

  const start = (env: Record<string, string>) =>
    startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: { LLMOS_PORT: '0', ...env },
      startedWhen: '/healthz',
    });
  const errorOf = async (response: Response) => ({ status: response.status, body: (await response.json()) as object });
  const post = async (
    gateway: TestServiceProcess,
    body: string | FormData | Blob,
    headers: Record<string, string> = {},
  ) => errorOf(await fetch(`${gateway.url}/serving/process`, { method: 'POST', headers, body }));
  const cpuMsOf = async ({ url }: TestServiceProcess) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return 1_000 * Number(/^process_cpu_seconds_total\{.*\} (\S+)/m.exec(metrics)?.[1]);
  };
  /** fetch does not let a caller set Host. */
  const statusFor = (url: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${url}/v1/schedules`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });

  beforeAll(async () => {
    nats = await startNatsServer();
    [keyless, keyed] = await Promise.all([start({}), start({ LLMOS_API_KEYS: 'k1:acme' })]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([keyless?.stop(), keyed?.stop()]);
    await nats.stop();
  }, 120_000);

  it('refuses 39 MB of JSON without a key before parsing it, and answers other requests meanwhile', async () => {
    const body = `[${'[],'.repeat(13 * MEGABYTE)}[]]`;
    const parsingMs = threadMsOf(() => void JSON.parse(body));
    const before = await cpuMsOf(keyed);
    const [refused, health] = await Promise.all([
      post(keyed, body, { 'content-type': 'application/json', authorization: 'Bearer wrong' }),
      fetch(`${keyed.url}/healthz`),
    ]);
    expect(refused).toMatchObject({ status: 401, body: { status: 'error', error: { code: 'UNAUTHORIZED' } } });
    expect(health.status).toBe(200);
    const withKey = await post(keyed, body, { 'content-type': 'application/json', authorization: 'Bearer k1' });
    expect(withKey).toMatchObject({ status: 400, body: { error: { code: 'MALFORMED_JSON' } } });
    // In processor time, which does not depend on the load: reading it twice takes less than parsing it once.
    expect((await cpuMsOf(keyed)) - before).toBeLessThan(parsingMs);
  }, 300_000);

  it('refuses a form larger than the limit of a body, however many files it consists of', async () => {
    const form = new FormData();
    form.set('name', 'transcribe');
    for (const name of ['a', 'b', 'c', 'd']) form.set(name, new Blob([new Uint8Array(12 * MEGABYTE)]), name);
    const tooLarge = { status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE', field: 'body' } } };
    expect(await post(keyless, form)).toMatchObject(tooLarge);
    // The same without an announced length.
    const encoded = new Response(form);
    const streamed = await fetch(`${keyless.url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type')! },
      body: encoded.body,
      duplex: 'half',
    });
    expect(await errorOf(streamed)).toMatchObject(tooLarge);
    expect((await fetch(`${keyless.url}/healthz`)).status).toBe(200);
  }, 120_000);

  it('refuses a form that does not end as soon as it is too large', async () => {
    const boundary = 'between';
    const upload = request(`${keyless.url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    upload.on('error', () => undefined);
    upload.write(`--${boundary}\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\n`);
    for (let i = 0; i < 42; i++) upload.write(Buffer.alloc(MEGABYTE, 'a'));
    const [answer] = await answered;
    expect(answer.statusCode).toBe(413);
    upload.destroy();
  }, 120_000);

  it('refuses requests from pages of other sites and for foreign host names', async () => {
    const { port } = new URL(keyless.url);
    const greet = JSON.stringify({ name: 'customer_service' });
    const json = { 'content-type': 'application/json' };
    const restricted = { status: 403, body: { status: 'error', error: { code: 'RESTRICTED' } } };
    expect(await post(keyless, greet, { ...json, origin: 'https://evil.example' })).toMatchObject(restricted);
    expect(await post(keyless, greet, { ...json, 'sec-fetch-site': 'cross-site' })).toMatchObject(restricted);
    expect(await post(keyless, greet, { ...json, origin: new URL(keyless.url).origin })).toMatchObject({ status: 200 });
    expect(await post(keyless, greet, json)).toMatchObject({ status: 200 });
    expect(await statusFor(keyless.url, `evil.example:${port}`)).toBe(403);
    expect(await statusFor(keyless.url, `localhost:${port}`)).toBe(200);
  });
});
