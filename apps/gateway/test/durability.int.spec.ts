import { startNatsServer, startServiceProcess, type TestNatsServer, type TestServiceProcess } from '@llmos/testing';

describe('a gateway whose broker can lose what it has acknowledged', () => {
  let nats: TestNatsServer;
  let gateway: TestServiceProcess;

  beforeAll(async () => {
    nats = await startNatsServer();
    gateway = await startServiceProcess({
      app: 'gateway',
      natsUrl: nats.url,
      env: { LLMOS_PORT: '0', LLMOS_NATS_DURABILITY: undefined },
      startedWhen: '/healthz',
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await nats.stop();
  }, 120_000);

  it('is alive and not ready, and says what to set', async () => {
    const ready = await fetch(`${gateway.url}/readyz`);
    expect(ready.status).toBe(503);
    const { checks } = (await ready.json()) as { checks: { name: string; state: string; message?: string }[] };
    expect(checks.find(({ name }) => name === 'durability')).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/LLMOS_NATS_DURABILITY=synced.*LLMOS_NATS_REPLICAS=3.*relaxed/) as string,
    });
  });
});
