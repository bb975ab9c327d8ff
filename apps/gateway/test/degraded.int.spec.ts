import {
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('a gateway whose installation lacks a service', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;
  let security: TestServiceProcess;
  let keys: string;

  const redact = async (text: string) => {
    const response = await fetch(`${gateway.url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'redact_text', text }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const refusalFor = async (name: string, fields: object) => {
    const response = await fetch(`${gateway.url}/serving/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, ...fields }),
    });
    return { status: response.status, ...((await response.json()) as { error?: { code: string } }).error };
  };

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'llmos-keys-'));
    const env = { LLMOS_MASTER_KEY_FILE: join(keys, 'master.pem'), LLMOS_PORT: '0' };
    nats = await startNatsServer();
    [gateway, security] = await Promise.all([
      startServiceProcess({ app: 'gateway', natsUrl: nats.url, env }),
      startServiceProcess({ app: 'security', natsUrl: nats.url, env, readyWithinMs: 120_000 }),
    ]);
    await waitFor('the gateway to know the service', async () => (await redact('a')).status === 200);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([gateway?.stop(), security?.stop()]);
    await nats?.stop();
    await rm(keys, { recursive: true });
  }, 120_000);

  it('answers at once without an optional step, and names the step as degraded', async () => {
    const { status, body } = await redact('Write to ada@example.org.');
    expect(status).toBe(200);
    expect(body).toMatchObject({ result: 'Write to [EMAIL_1].', details: { degraded: ['names'] } });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/llmos_steps_passed_over_total\{capability="analysis.analyze",.*\} [1-9]/);
  });

  it('refuses at once a pipeline that needs the service, and stays ready for the others', async () => {
    expect(await refusalFor('text_analysis', { text: 'Ada lives in London.' })).toMatchObject({
      status: 503,
      code: 'UNAVAILABLE',
    });
    const ready = await fetch(`${gateway.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.text()).toContain("No service that does 'analysis.analyze' is running.");
  });
});
