import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newProcess, openProcess, readConfig, type ProcessContext } from '../src/process.js';

const SETTINGS = {
  LLMOS_BREAKER_VOLUME: '3',
  LLMOS_BREAKER_ERROR_PERCENT: '60',
  LLMOS_BREAKER_OPEN_MS: '120000',
  LLMOS_BREAKER_WINDOW_MS: '3600000',
  LLMOS_RETRY_PERCENT: '100',
};

describe('the breakers of a process', () => {
  let nats: TestNatsServer;
  let home: string;
  let own: ProcessContext;
  const before = { ...process.env };

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-breakers-'))]);
    Object.assign(process.env, SETTINGS);
    own = await openProcess(
      newProcess({ ...readConfig('text', {}), home, natsUrl: nats.url, logLevel: 'silent' as const }),
    );
  }, 120_000);
  afterAll(async () => {
    process.env = before;
    await own.parts.close();
    await nats.stop();
    await rm(home, { recursive: true, force: true });
  }, 120_000);

  /** Opens after how many failures, when one call before has succeeded. */
  async function failuresUntilOpen(name: string): Promise<number> {
    const breaker = own.breakers.of(name);
    breaker.settle(await breaker.admit(1_000), 'ok');
    for (let failures = 1; failures < 20; failures++) {
      breaker.settle(await breaker.admit(1_000), 'failed');
      if (breaker.current === 'open') return failures;
    }
    return Infinity;
  }

  it('go by its settings: how many calls, what share of failures, and for how long', async () => {
    // Two of three are more than 60 %.
    expect(await failuresUntilOpen('text.shout')).toBe(2);
    expect(own.breakers.of('text.shout').refusesForMs).toBeGreaterThan(100_000);
  });

  it('have a budget of retries by its settings', () => {
    const budget = own.breakers.budgetOf('text.shout');
    for (let call = 0; call < 30; call++) budget.deposit(0);
    expect(Array.from({ length: 40 }, () => budget.withdraw(0)).filter(Boolean)).toHaveLength(30);
  });
});
