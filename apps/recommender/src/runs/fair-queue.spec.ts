import { FairQueue } from './fair-queue.js';

interface Started {
  readonly name: string;
  finish(): void;
}

function open(concurrency: number) {
  const queue = new FairQueue({ concurrency, what: 'trainings' });
  const started: Started[] = [];
  const ask = (tenant: string, name: string, signal = new AbortController().signal): Promise<string> =>
    queue.run({ tenant, signal }, () => new Promise((finish) => started.push({ name, finish: () => finish(name) })));
  const names = (): string[] => started.map(({ name }) => name);
  const settle = (): Promise<void> => new Promise((done) => void setImmediate(done));
  const finish = async (at: number): Promise<void> => {
    started[at]!.finish();
    await settle();
  };
  return { ask, names, settle, finish };
}

describe('FairQueue', () => {
  it('starts tasks round-robin by tenant, not in order of arrival', async () => {
    const { ask, names, settle, finish } = open(1);
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => ask(name[0]!, name));
    await settle();
    expect(names()).toEqual(['a1']);
    for (let at = 0; at < all.length; at++) await finish(at);
    expect(names()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(await Promise.all(all)).toHaveLength(6);
  });

  it('runs up to the allowed number of tasks, but one per tenant', async () => {
    const { ask, names, settle, finish } = open(2);
    void ['a1', 'a2', 'b1', 'c1'].map((name) => ask(name[0]!, name));
    await settle();
    expect(names()).toEqual(['a1', 'b1']);
    await finish(1);
    expect(names()).toEqual(['a1', 'b1', 'c1']);
    await finish(2);
    expect(names()).toHaveLength(3);
    await finish(0);
    expect(names()).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('queues four tasks of a tenant and rejects the fifth, while other tenants are admitted', async () => {
    const { ask, names, finish } = open(1);
    const mine = Array.from({ length: 5 }, (_, n) => ask('a', `a${n}`));
    await expect(ask('a', 'a5')).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringMatching(/4 trainings/),
    });
    const theirs = ask('b', 'b0');
    await finish(0);
    expect(names()).toEqual(['a0', 'b0']);
    await finish(1);
    await expect(theirs).resolves.toBe('b0');
    for (let at = 2; at < 6; at++) await finish(at);
    await expect(Promise.all(mine)).resolves.toHaveLength(5);
  });

  it('removes aborted tasks from the queue, and continues after a failed task', async () => {
    const { ask, names, settle, finish } = open(1);
    const leave = new AbortController();
    const first = ask('a', 'a0');
    const gone = Array.from({ length: 4 }, (_, n) => ask('a', `gone${n}`, leave.signal));
    const outcomes = Promise.allSettled(gone);
    leave.abort(new Error('no longer wanted'));
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(gone[0]).rejects.toThrow('no longer wanted');
    const after = ask('a', 'a1');
    await settle();
    await finish(0);
    await finish(1);
    expect(names()).toEqual(['a0', 'a1']);
    expect(await Promise.all([first, after])).toEqual(['a0', 'a1']);
    await expect(ask('a', 'late', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    const queue = new FairQueue({ concurrency: 1, what: 'trainings' });
    const { signal } = new AbortController();
    await expect(queue.run({ tenant: 'a', signal }, () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(await queue.run({ tenant: 'a', signal }, () => Promise.resolve(1))).toBe(1);
  });
});
