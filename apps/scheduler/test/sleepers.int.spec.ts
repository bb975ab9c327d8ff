import { Bus, Nodes } from '@llmos/mesh';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Sleepers } from '../src/scale/live/sleepers.js';

const CAPABILITY = 'analysis.analyze';

describe('Services that sleep', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let nodes: Nodes;

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'scheduler' });
    nodes = await Nodes.open(bus);
    await nodes.watch();
  });
  afterAll(async () => {
    nodes.stop();
    await bus.close(100);
    await nats.stop();
  });

  const isReady = (expected: boolean) => waitFor('the state', () => nodes.hasReady(CAPABILITY) === expected);

  it('are spoken for also if a person has ended their last process, and only if they may sleep', async () => {
    const sleepers = new Sleepers(bus, nodes);
    const refresh = (count: number, mayWake: string[]) => sleepers.refresh({ analysis: count }, [], 1_000, mayWake);
    await refresh(0, []);
    await refresh(1, ['analysis']);
    expect(nodes.hasReady(CAPABILITY)).toBe(false);
    await refresh(0, ['analysis']);
    await isReady(true);
    await sleepers.refresh({}, [], 2_000, []);
    await isReady(false);
  });
});
