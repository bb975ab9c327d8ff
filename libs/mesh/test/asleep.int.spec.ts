import { Bus } from '@llmos/bus';
import type { NodeState } from '@llmos/contracts';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Nodes } from '../src/nodes.js';

describe('A service that sleeps', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let nodes: Nodes;
  const woken: string[] = [];

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    nodes = await Nodes.open(bus);
    await nodes.watch();
    bus.signs.onWake((service) => void woken.push(service));
  });
  afterAll(async () => {
    nodes.stop();
    await bus.close(100);
    await nats.stop();
  });

  const announce = async (own: Partial<NodeState> & Pick<NodeState, 'node'>) => {
    const state = { service: 'intent', capabilities: ['intent.detect'], ready: true, checks: [], pid: 1, ...own };
    await nodes.announce(state);
    await waitFor('its state', () =>
      nodes.list().some(({ node, ready }) => node === own.node && ready === state.ready),
    );
  };
  /** What was asked for until now: messages of one connection arrive in order. */
  const asked = async (capability: string) => {
    nodes.wake(capability);
    bus.signs.wake('end');
    await waitFor('the end', () => woken.includes('end'));
    return woken.splice(0).filter((service) => service !== 'end');
  };

  it('counts as ready, and is woken by a task until a process is ready', async () => {
    expect(nodes.hasReady('intent.detect')).toBe(false);
    expect(await asked('intent.detect')).toEqual([]);
    await announce({ node: 'intent-asleep', asleep: true });
    expect([nodes.hasReady('intent.detect'), nodes.isMissed('intent.detect')]).toEqual([true, false]);
    expect(nodes.checkOf('intent.detect').state).toBe('ready');
    expect(await asked('intent.detect')).toEqual(['intent']);
    await announce({ node: 'intent-1', ready: false });
    expect(await asked('intent.detect')).toEqual(['intent']);
    await announce({ node: 'intent-1' });
    expect(await asked('intent.detect')).toEqual([]);
    expect(await asked('asr.transcribe')).toEqual([]);
  });
});
