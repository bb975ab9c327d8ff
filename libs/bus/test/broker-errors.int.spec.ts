import { BUCKETS, type RunContext } from '@llmos/contracts';
import { freeze, startNatsServer, startStopwatch, waitFor, type TestNatsServer } from '@llmos/testing';
import { Bus } from '../src/bus.js';

const value = Buffer.from('value');
/** Far less than the time after which a call that is repeated gives up. */
const AT_ONCE_MS = 1_500;
const DENIED = ['$KV.locked.>', '$O.files.>', '$JS.API.STREAM.CREATE.KV_new', 'llmos.task.live.>'];
const config = `authorization { users: [
  { user: root, password: r }
  { user: weak, password: w, permissions {
    publish { deny: ${JSON.stringify(DENIED)} }
    subscribe { deny: ["llmos.cancel.>", "llmos.answer.>"] }
  } }
] }`;

const failureOf = (work: () => Promise<unknown>): Promise<unknown> => work().catch((error: unknown) => error);

describe('errors of a nats-server', () => {
  let nats: TestNatsServer;
  let root: Bus;
  let weak: Bus;
  const reported: unknown[] = [];
  const context = (lane: RunContext['lane']): RunContext => ({
    run: weak.newRunId(),
    tenant: 'acme',
    lane,
    deadlineMs: Date.now() + 20_000,
  });

  beforeAll(async () => {
    nats = await startNatsServer({ config });
    root = await Bus.connect({ url: nats.url, service: 'root', user: 'root', password: 'r' });
    await root.kv('locked');
    await root.objects('files').put('a', value);
    const onError = (error: unknown) => reported.push(error);
    weak = await Bus.connect({ url: nats.url, service: 'weak', user: 'weak', password: 'w', onError });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([root?.close(200), weak?.close(200)]);
    await nats?.stop();
  });

  it.each([
    ['a write to a bucket', async () => (await weak.kv('locked')).put('a', value)],
    ['a compare-and-set', async () => (await weak.kv('locked')).change('a', () => value)],
    ['a deletion', async () => (await weak.kv('locked')).delete('a')],
    ['the creation of a bucket', () => weak.kv('new')],
    ['a write to an object store', () => weak.objects('files').put('b', value)],
    ['a task', () => weak.runs.publishTask(context('live'), 'text.shout', '0', {}, undefined)],
  ])('%s without permission is INTERNAL at once, and its cause names the subject', async (_, work) => {
    const elapsed = startStopwatch();
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: 'INTERNAL', retryable: false });
    expect(String((error as Error).cause)).toMatch(/Permissions Violation for Publish to "(\$KV|\$O|\$JS|llmos)\./);
    expect((error as Error).message).not.toContain('$');
    expect(elapsed()).toBeLessThan(AT_ONCE_MS);
  });

  it('do not prevent operations that the user may do', async () => {
    expect(await (await weak.kv('locked')).get('a')).toBeUndefined();
    await (await root.kv('open')).put('a', value);
    await (await weak.kv('open')).put('a', value);
    await expect(weak.runs.publishTask(context('durable'), 'text.shout', '0', {}, undefined)).resolves.toBeGreaterThan(
      0,
    );
  });

  it('a subscription without permission is reported, and the connection stays usable', async () => {
    weak.signs.onCancel(() => undefined);
    weak.listen(weak.newRunId(), () => undefined);
    await waitFor('both reports', () => {
      const subjects = reported.map((error) => (error as { subject?: string }).subject ?? '');
      return (
        subjects.some((each) => each.startsWith('llmos.cancel')) &&
        subjects.some((each) => each.startsWith('llmos.answer'))
      );
    });
    expect(weak.usable).toBe(true);
    expect(await (await weak.kv('open')).get('a')).toMatchObject({ value });
  });

  it.each(['a b', '', '.a', 'a.', 'ü', 'a*'])('the key %j is INVALID_ARGUMENT', async (key) => {
    const bucket = await root.kv('keys', { erasable: true });
    for (const work of [
      () => bucket.get(key),
      () => bucket.put(key, value),
      () => bucket.update(key, value, 0),
      () => bucket.change(key, () => value),
      () => bucket.delete(key),
      () => bucket.erase(key),
    ])
      expect(await failureOf(work)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a message above the limit of the server is INTERNAL at once, without repetition until the deadline', async () => {
    const tooLarge = { text: 'x'.repeat(2_000_000) };
    const elapsed = startStopwatch();
    const bucket = await root.kv('open');
    await expect(bucket.put('a', Buffer.from(tooLarge.text))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(elapsed()).toBeLessThan(AT_ONCE_MS);
  });

  it('a call without a broker is UNAVAILABLE', async () => {
    const bucket = await root.kv(BUCKETS.documents);
    await nats.kill();
    await waitFor('the connection to be lost', () => !root.usable);
    await expect(bucket.get('a')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await nats.restart();
    await waitFor('the connection to be back', () => root.usable && weak.usable);
    await waitFor('the bucket to be read again', () =>
      bucket.get('a').then(
        () => true,
        () => false,
      ),
    );
  }, 120_000);

  it('a frozen broker does not keep a process that leaves', async () => {
    const bus = await Bus.connect({ url: nats.url, service: 'leaving', user: 'root', password: 'r' });
    try {
      await freeze(nats.pid);
      const elapsed = startStopwatch();
      await bus.close(0);
      expect(elapsed()).toBeLessThan(6_000);
    } finally {
      process.kill(nats.pid, 'SIGCONT');
    }
    await waitFor('the connection to be back', () => root.usable && weak.usable);
  }, 120_000);
});
