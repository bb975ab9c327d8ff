import { setTimeout as pause } from 'node:timers/promises';
import { Floors } from './floors.js';
import { Admission, RefusedError, type Place } from './admission.js';

const { jest } = import.meta;
const never = new AbortController().signal;

describe('Admission', () => {
  let nowMs: number;
  let admission: Admission;
  const started: string[] = [];
  const refused: (readonly [string, RefusedError['refusal']])[] = [];
  const places: { tenant: string; place: Place }[] = [];
  const turns = () => pause(0);

  // Time passes when a test says so: on a slow machine it must not run out in between.
  beforeEach(() => {
    jest.useFakeTimers();
    nowMs = Date.now();
    admission = new Admission(16, () => nowMs);
    for (const list of [started, refused, places]) list.length = 0;
  });
  afterEach(() => void jest.useRealTimers());

  async function apply(
    tenant: string,
    { count = 1, withinMs = 60_000, signal = never, priority = 0, name = tenant } = {},
  ): Promise<void> {
    for (let n = 0; n < count; n++)
      void admission.enter({ owner: { lane: 'live', tenant }, priority, deadlineMs: nowMs + withinMs }, signal).then(
        (place) => {
          started.push(name);
          places.push({ tenant, place });
        },
        (error: unknown) => {
          if (error instanceof RefusedError) refused.push([tenant, error.refusal]);
        },
      );
    await turns();
  }
  /** The oldest in progress ends, having worked all its time. */
  async function end(workMs = 100): Promise<void> {
    nowMs += workMs / admission.places;
    places.shift()!.place.leave({ queueMs: 0, workMs });
    await turns();
  }
  /** A hundred pieces of work of 100 ms have been measured. */
  async function learn(): Promise<void> {
    for (let n = 0; n < 100; n++) {
      await apply('acme');
      nowMs += 100;
      places.pop()!.place.leave({ queueMs: 0, workMs: 100 });
    }
    await turns();
    nowMs += 60_000;
    started.length = 0;
  }

  it('gives a tenant alone all places', async () => {
    await apply('greedy', { count: 40 });
    expect(started.length).toBe(16);
    expect(admission.waiting).toBe(24);
  });

  it('tells what each tenant has in progress, and what waits', async () => {
    await apply('acme', { count: 20 });
    await apply('bank');
    expect(Object.fromEntries(admission.byTenant)).toEqual({
      acme: { running: 16, waiting: 4 },
      bank: { running: 0, waiting: 1 },
    });
  });

  it('keeps a quarter of the places for tenants with less than their share, as long as there are any', async () => {
    await apply('polite');
    await end();
    await apply('greedy', { count: 40, withinMs: 600_000 });
    expect(started.filter((tenant) => tenant === 'greedy').length).toBe(12);
    await apply('polite', { count: 2 });
    expect(started.filter((tenant) => tenant === 'polite').length).toBe(3);
    nowMs += 60_000;
    for (const { place } of places.splice(0)) place.leave({ queueMs: 0, workMs: 100 });
    await turns();
    expect(places.length).toBe(16);
  });

  it('keeps the floor of a tenant free for it, at once and although it was idle, and gives it more if there is more', async () => {
    admission = new Admission(16, () => nowMs, new Floors(new Map([['bank', 0.5]])));
    await apply('acme', { count: 100 });
    await apply('club', { count: 100 });
    expect([started.length, started.includes('bank')]).toEqual([8, false]);
    await apply('bank', { count: 12 });
    expect(started.filter((tenant) => tenant === 'bank').length).toBe(8);
    // What ends of the others goes to whoever is next: the floor is no limit.
    for (let n = 0; n < 40 && admission.byTenant.get('bank')!.waiting > 0; n++) await end();
    expect(started.filter((tenant) => tenant === 'bank').length).toBe(12);
  });

  it('leaves places for tenants without a floor, whatever the floors are', async () => {
    admission = new Admission(
      4,
      () => nowMs,
      new Floors(
        new Map([
          ['bank', 0.5],
          ['club', 0.4],
        ]),
      ),
    );
    await apply('acme');
    expect(started).toEqual(['acme']);
  });

  it('starts the work of a polite tenant next, however much of a greedy one waits', async () => {
    await apply('greedy', { count: 100 });
    await apply('polite');
    for (let n = 0; n < 8 && !started.includes('polite'); n++) await end();
    expect(started.indexOf('polite')).toBeLessThanOrEqual(18);
  });

  it('starts what a tenant calls urgent before the rest of what waits of it, and what can wait last', async () => {
    await apply('acme', { count: 16 });
    await apply('acme', { priority: -1, name: 'can wait' });
    await apply('acme', { name: 'usual' });
    await apply('acme', { priority: 3, name: 'urgent' });
    for (let n = 0; n < 3; n++) await end();
    expect(started.slice(16)).toEqual(['urgent', 'usual', 'can wait']);
  });

  it('refuses at once what cannot make its deadline: our capacity, and when the work before it will be done', async () => {
    await learn();
    await apply('acme', { count: 16 + 160, withinMs: 60_000 });
    await apply('acme', { withinMs: 1_000 });
    const [tenant, { reason, retryAfterMs }] = refused[0]!;
    expect([tenant, reason]).toEqual(['acme', 'capacity']);
    expect(retryAfterMs).toBeGreaterThan(900);
    expect(retryAfterMs).toBeLessThan(1_100);
  });

  it('admits the same after the time that it said', async () => {
    await learn();
    await apply('acme', { count: 16 + 80 });
    await apply('acme', { withinMs: 400 });
    const until = nowMs + refused[0]![1].retryAfterMs;
    while (nowMs < until) await end();
    await apply('acme', { withinMs: 400 });
    expect(refused.length).toBe(1);
  });

  it('says to a tenant with more than its share that it is its share', async () => {
    await learn();
    await apply('polite', { count: 1 });
    await apply('greedy', { count: 120 });
    await apply('greedy', { withinMs: 300 });
    await apply('polite', { count: 1, withinMs: 300 });
    expect(refused.map(([tenant, { reason }]) => [tenant, reason])).toEqual([['greedy', 'share']]);
  });

  it('does not start what has become too late while it waited', async () => {
    await learn();
    await apply('acme', { count: 16 });
    await apply('acme', { withinMs: 300 });
    nowMs += 290;
    places.shift()!.place.leave();
    await turns();
    expect(refused.map(([, { reason }]) => reason)).toEqual(['deadline']);
    expect(started.length).toBe(16);
  });

  it('does not start what is too late however much it has refused for that', async () => {
    await learn();
    await apply('acme', { count: 16 });
    await apply('acme', { count: 20, withinMs: 300 });
    nowMs += 210;
    places.shift()!.place.leave();
    await turns();
    expect(refused.length).toBe(20);
    expect(started.length).toBe(16);
  });

  it('starts what can just make its deadline if nothing else waits, and otherwise what is sure to', async () => {
    for (const workMs of [80, 120])
      for (let n = 0; n < 50; n++) {
        await apply('acme');
        nowMs += n % 2 === 0 ? workMs : 100;
        places.pop()!.place.leave({ queueMs: 0, workMs });
      }
    nowMs += 60_000;
    started.length = 0;
    await apply('acme', { count: 16 });
    await apply('acme', { count: 1, withinMs: 190 });
    nowMs += 90;
    places.shift()!.place.leave();
    await turns();
    expect(started.length).toBe(17);
    await apply('acme', { count: 2, withinMs: 190 });
    nowMs += 90;
    places.shift()!.place.leave();
    await turns();
    expect(refused.length).toBe(1);
    expect(started.length).toBe(18);
  });

  it('refuses what still waits at its deadline', async () => {
    await apply('acme', { count: 17, withinMs: 30 });
    jest.advanceTimersByTime(60);
    await turns();
    expect(refused.map(([, { reason }]) => reason)).toEqual(['deadline']);
    expect(admission.waiting).toBe(0);
  });

  it('lets a waiting caller leave', async () => {
    const leaving = new AbortController();
    await apply('acme', { count: 16 });
    await apply('acme', { signal: leaving.signal });
    leaving.abort(new Error('left'));
    await turns();
    expect(admission.waiting).toBe(0);
    for (const { place } of places) place.leave();
    await turns();
    expect(started.length).toBe(16);
  });

  it('takes a place back once', async () => {
    await apply('acme', { count: 17 });
    places[0]!.place.leave();
    places[0]!.place.leave();
    await turns();
    await apply('acme');
    expect(started.length).toBe(17);
  });
});
