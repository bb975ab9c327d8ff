import { Breakers, Bus, Nodes } from '@llmos/mesh';
import { createLogger } from '@llmos/telemetry';
import { startNatsServer, startServiceProcess, waitFor, type TestNatsServer } from '@llmos/testing';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { BUCKETS } from '@llmos/contracts';
import { restrictionSchema } from '@llmos/contracts/capabilities/security';
import type { ActionKind } from '@llmos/contracts/capabilities/scheduler-alerts';
import { Actions } from '../src/watch/healing/actions.js';

const log = createLogger({ service: 'test', level: 'silent' });
const WHY = { service: 'conversation', why: 'It stands still.' };

describe('Actions', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  const events: { outcome: string }[] = [];

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'scheduler' });
    bus.nc.subscribe('llmos.out.system.actions', {
      callback: (_, message) => {
        events.push(message.json());
      },
    });
  });
  beforeEach(() => void events.splice(0));
  afterAll(async () => {
    await bus.close(100);
    await nats.stop();
  });

  const actionsOf = (allowed: ActionKind[], pageUrl?: string) => new Actions(bus, log, { allowed, pageUrl });
  const toldOutcome = async () => (await waitFor('the event', () => events[0])).outcome;

  it('restart: the process finishes and ends, so that it is started again; not if it is only told', async () => {
    const service = await startServiceProcess({ app: 'conversation', natsUrl: nats.url, startedWhen: '/healthz' });
    const nodes = await Nodes.open(bus);
    await nodes.watch();
    try {
      const node = await waitFor(
        'its heartbeat',
        () => nodes.list().find((each) => each.service === 'conversation'),
        60_000,
      );
      const restart = { ...WHY, action: 'restart', target: node.node } as const;
      await actionsOf(['page']).do(restart);
      expect(await toldOutcome()).toBe('dry_run');
      expect(nodes.list()).toHaveLength(1);
      const actions = actionsOf(['restart']);
      await actions.do(restart);
      expect(actions.list).toMatchObject([{ ...restart, outcome: 'done' }]);
      await waitFor('it to leave', () => nodes.list().length === 0, 60_000);
      expect(await service.stop()).toEqual({ code: 0, signal: null });
    } finally {
      nodes.stop();
      await service.stop();
    }
  }, 150_000);

  it('open a breaker: every process sees it', async () => {
    const breakers = await Breakers.open(bus, { service: 'gateway' });
    await actionsOf(['open_breaker']).do({ ...WHY, action: 'open_breaker', target: 'conversation.small_talk' });
    await waitFor('the breaker', () => breakers.of('conversation.small_talk').current === 'open');
    expect(await toldOutcome()).toBe('done');
    breakers.stop();
  });

  it('slow a tenant: a restriction that ends by itself, as the gateways read it', async () => {
    await actionsOf(['slow_tenant']).do({ ...WHY, action: 'slow_tenant', target: 'acme' });
    expect(await toldOutcome()).toBe('done');
    const bucket = await bus.kv(BUCKETS.restrictions, { history: 1, storage: 'file' });
    const stored = await bucket.get('load.YWNtZQ');
    const restriction = restrictionSchema.parse(JSON.parse(new TextDecoder().decode(stored?.value)));
    expect(restriction).toMatchObject({ subject: { kind: 'tenant', id: 'acme' }, action: 'slow', reason: WHY.why });
    expect(Date.parse(restriction.until!) - Date.parse(restriction.since)).toBe(120_000);
  });

  it('one process more or one less, never none, and never without somebody who starts them', async () => {
    const counts: Record<string, number> = { conversation: 1 };
    const host = {
      scale: (wanted: Readonly<Record<string, number>>) => Promise.resolve(Object.assign(counts, wanted)),
      backUp: () => Promise.resolve(),
    };
    const actions = new Actions(bus, log, { allowed: ['add_replica', 'drain_replica'], pageUrl: undefined, host });
    const [add, drain] = (['add_replica', 'drain_replica'] as const).map((action) => ({
      ...WHY,
      action,
      target: 'conversation',
    }));
    await actions.do(add!);
    expect(counts).toEqual({ conversation: 2 });
    await actions.do(drain!);
    await actions.do(drain!);
    await actions.do({ ...add!, service: 'elsewhere' });
    expect(counts).toEqual({ conversation: 1 });
    await actionsOf(['add_replica']).do(add!);
    await waitFor('all events', () => events.length === 5 || undefined);
    expect(events.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'failed', 'failed', 'failed']);
  });

  it('take a backup: the supervisor does, and says if it could not', async () => {
    let taken = 0;
    const backUp = () =>
      ++taken === 1 ? Promise.resolve() : Promise.reject(new Error('the last one is 5 minutes old'));
    const host = { scale: () => Promise.resolve({}), backUp };
    const backup = { ...WHY, action: 'take_backup', target: 'conversation' } as const;
    const actions = new Actions(bus, log, { allowed: ['take_backup'], pageUrl: undefined, host });
    await actions.do(backup);
    await actions.do(backup);
    await actionsOf([]).do(backup);
    await actionsOf(['take_backup']).do(backup);
    await waitFor('all events', () => events.length === 4 || undefined);
    expect(events.map(({ outcome }) => outcome)).toEqual(['done', 'failed', 'dry_run', 'failed']);
    expect(taken).toBe(2);
  });

  it('call a person, and say if nobody took the call', async () => {
    const pages: unknown[] = [];
    const server = createServer(async (request, response) => {
      pages.push(JSON.parse(await text(request)));
      response.writeHead(pages.length === 1 ? 204 : 500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = { ...WHY, action: 'page', target: 'conversation' } as const;
    const actions = actionsOf(['page'], `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await actions.do(page);
    await actions.do(page);
    expect(pages[0]).toEqual({ service: 'conversation', of: 'conversation', why: 'It stands still.' });
    expect(actions.list.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
    server.close();
  });
});
