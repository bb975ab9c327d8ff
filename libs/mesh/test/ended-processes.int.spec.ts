import { Bus } from '@llmos/bus';
import type { NodeState } from '@llmos/contracts';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { onProcessEnded } from '../src/ended-processes.js';
import { Nodes } from '../src/nodes.js';

describe('A process whose end the supervisor has seen', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let nodes: Nodes;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
    nodes = await Nodes.open(bus);
    await nodes.watch();
    stop = onProcessEnded((node) => nodes.noteEnded(node));
  });
  afterAll(async () => {
    await stop();
    nodes.stop();
    await bus.close(100);
    await nats.stop();
  });

  const tell = (message: unknown) => process.emit('message', message, undefined);
  const announce = async (node: string) => {
    const state: NodeState = {
      service: 'intent',
      capabilities: ['intent.detect'],
      ready: true,
      checks: [],
      pid: 1,
      node,
    };
    await nodes.announce(state);
    nodes.sign(state);
    await waitFor('its state', () => nodes.list().some((each) => each.node === node));
  };

  it('is missed at once, before it has been silent for long, and no other process is', async () => {
    await announce('intent-1');
    await announce('intent-2');
    for (const rubbish of [undefined, 'ended', { type: 'ended' }, { type: 'left', node: 'intent-1' }]) tell(rubbish);
    expect(nodes.list()).toHaveLength(2);
    let changes = 0;
    nodes.onChange(() => changes++);
    tell({ type: 'ended', node: 'intent-1' });
    expect(nodes.list().map(({ node }) => node)).toEqual(['intent-2']);
    expect([nodes.hasReady('intent.detect'), changes]).toEqual([true, 0]);
    tell({ type: 'ended', node: 'intent-2' });
    expect([nodes.hasReady('intent.detect'), nodes.isMissed('intent.detect'), changes]).toEqual([false, true, 1]);
    await announce('intent-3');
    expect(nodes.isMissed('intent.detect')).toBe(false);
  });
});
