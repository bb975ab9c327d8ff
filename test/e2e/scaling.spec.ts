import { waitFor } from '@llmos/testing';
import { SupervisedSystem } from './supervised-system.js';

const MINUTE_MS = 60_000;
const CALLERS = 6;
const QUESTION = { name: 'detect_intent', text: 'How do I change my PIN?' };
const RULES = {
  intent: { max: 2, tuning: { windowSeconds: 10, holdSeconds: 5, gain: 0 } },
  analysis: { min: 0, max: 1, idleSeconds: 10 },
};

/** The scheduler scales the intent service through the supervisor, as `llmos up` runs them with a scaling file. */
describe('Scaling on one machine', () => {
  let system: SupervisedSystem;

  beforeAll(async () => {
    const services = ['intent', 'analysis', 'scheduler'];
    system = await SupervisedSystem.start({ services, probe: QUESTION, rules: RULES });
  }, 8 * MINUTE_MS);
  afterAll(() => system.stop(), MINUTE_MS);

  const replicasOf = (service: string) => system.replicasOf(service);
  const settled = (count: number) => system.settled('intent', count);
  const ask = async () => (await system.send(QUESTION)).outcome;

  const scaling = async (input: object = {}) => {
    const { outcome, details } = await system.send({ name: 'scaling', ...input });
    if (outcome !== '200') throw new Error(`scaling was answered with ${outcome}`);
    return details as { services: object[]; decisions: { service: string; from: number; to: number; why: string }[] };
  };

  it(
    'the number of processes follows the load, comes down again, and no call fails',
    async () => {
      await settled(1);
      const nc = await system.connectAs('services');
      const told: unknown[] = [];
      nc.subscribe('llmos.out.system.scaling', { callback: (_, message) => void told.push(message.json()) });
      const seen: string[] = [];
      let isOver = false;
      const callers = Array.from({ length: CALLERS }, async () => {
        while (!isOver) seen.push(await ask());
      });
      await settled(2).finally(() => (isOver = true));
      await Promise.all(callers);
      await settled(1);
      expect(seen.filter((outcome) => outcome !== '200')).toEqual([]);
      const { services, decisions } = await scaling();
      expect(services[0]).toMatchObject({ service: 'intent', min: 1, max: 2, replicas: 1, paused: false });
      const own = decisions.filter(({ service }) => service === 'intent');
      expect(own.at(-1)).toMatchObject({ from: 1, to: 2, why: expect.stringMatching(/\d/) as string });
      expect(own[0]).toMatchObject({ from: 2, to: 1, why: expect.stringMatching(/\d/) as string });
      await waitFor('the events of all decisions', () => told.length >= decisions.length);
      expect(told).toEqual(expect.arrayContaining(decisions));
      await nc.close();
    },
    5 * MINUTE_MS,
  );

  it(
    'a service that nobody uses sleeps, also after a death of the scheduler, and the first caller waits for it',
    async () => {
      const analyse = { name: 'text_analysis', text: 'The new app is great.', tasks: ['sentiment'] };
      await settled(1);
      await system.settled('analysis', 0);
      const { pid } = replicasOf('scheduler')[0]!;
      process.kill(pid!, 'SIGKILL');
      await waitFor(
        'the scheduler to be back',
        () =>
          scaling().then(
            () => true,
            () => false,
          ),
        MINUTE_MS,
      );
      expect(replicasOf('analysis')).toHaveLength(0);
      const callers = await Promise.all(Array.from({ length: 5 }, () => system.send(analyse)));
      expect(callers.map(({ outcome }) => outcome)).toEqual(Array(5).fill('200'));
      expect(replicasOf('analysis')).toHaveLength(1);
      await system.settled('analysis', 0);
      expect((await system.send(analyse)).outcome).toBe('200');
    },
    5 * MINUTE_MS,
  );

  it(
    'what a person has pinned stands while the scheduler is dead and after it is back, until it is resumed',
    async () => {
      await scaling({ action: 'pin', service: 'intent', replicas: 2 });
      await settled(2);
      const { pid } = replicasOf('scheduler')[0]!;
      process.kill(pid!, 'SIGKILL');
      await waitFor('its death to be noticed', () => replicasOf('scheduler')[0]!.pid !== pid, MINUTE_MS);
      expect(replicasOf('intent')).toHaveLength(2);
      const pinned = { service: 'intent', pinned: 2, replicas: 2, why: 'pinned by a person' };
      await waitFor(
        'the scheduler to know it again',
        async () => {
          const services = await scaling().then(
            ({ services }) => services,
            () => [],
          );
          return services.some((each) => JSON.stringify({ ...each, ...pinned }) === JSON.stringify(each));
        },
        MINUTE_MS,
      );
      expect(replicasOf('intent')).toHaveLength(2);
      await scaling({ action: 'resume', service: 'intent' });
      await settled(1);
    },
    5 * MINUTE_MS,
  );
});
