import { Bus, dueConsumer, intakeConsumer, taskConsumer, type KvOptions } from '@llmos/bus';
import { BUCKETS, loadCapabilities, newRunId, OBJECT_STORES, subjects, type RunContext } from '@llmos/contracts';
import { natsServerPath, waitFor } from '@llmos/testing';
import { connect, type NatsConnection } from 'nats';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { NatsBroker } from '../src/broker/nats-broker.js';
import { natsConfig, userOf } from '../src/broker/nats-config.js';

const PASSWORD = 'a password for all of them';
const PROCESSES = ['gateway', 'asr', 'recommender', 'security', 'scheduler'];
const RUN = newRunId('ab12');
const [GATEWAY, ASR, RECOMMENDER, SECURITY, SCHEDULER] = PROCESSES.map(userOf) as [
  ...[string, string, string, string, string],
];
const ALL = [GATEWAY, ASR, RECOMMENDER, SECURITY, SCHEDULER];
const TENANT = ['default', 'default-operator'];
const USERS = [...ALL, ...TENANT];

/** Each subject with the users that may publish to it; all other users may not. */
const PUBLISH: readonly (readonly [string, readonly string[]])[] = [
  ['llmos.task.live.intent.detect', ALL],
  ['llmos.task.durable.security.detect', ALL],
  [subjects.answer(RUN), ALL],
  ['llmos.out.acme.greet', ALL],
  ['llmos.dlq.asr.acme', [ASR, GATEWAY]],
  ['llmos.dlq.intent.acme', [GATEWAY]],
  [subjects.cancel(RUN), [GATEWAY]],
  // Events, of another tenant and of the own one.
  ['llmos.in.acme.greet', []],
  ['llmos.in.default.greet', TENANT],
  ['llmos.in.~operator.default.greet', ['default-operator']],
  ['llmos.schedule.default.nightly', [GATEWAY]],
  // Consumers: a process creates, pulls and settles its own, with their own filters.
  // The gateway takes the live tasks of processes that are away.
  ['$JS.API.CONSUMER.CREATE.TASKS_LIVE.asr_transcribe.llmos.task.live.asr.transcribe', [GATEWAY, ASR]],
  ['$JS.API.CONSUMER.CREATE.TASKS_DURABLE.asr_transcribe.llmos.task.durable.asr.transcribe', [ASR]],
  // The tasks for one replica of a capability that declares what it reads, and the signs of its replicas.
  ['$JS.API.CONSUMER.CREATE.TASKS_LIVE.generation_answer_63.llmos.task.live.generation.answer.63', [GATEWAY]],
  ['$JS.API.CONSUMER.MSG.NEXT.TASKS_LIVE.generation_answer_0', [GATEWAY]],
  ['$JS.API.CONSUMER.CREATE.TASKS_LIVE.asr_transcribe_0.llmos.task.live.asr.transcribe.0', []],
  ['llmos.task.live.generation.answer.0', ALL],
  ['llmos.replica.generation.answer.0', []],
  // A process shows that it is alive, not that another one is.
  ['llmos.alive.asr.asr-1', [ASR]],
  ['llmos.alive.gateway.gateway-1', [GATEWAY]],
  // The scheduler alone asks processes to leave, and each hears only what is for its own service.
  ['llmos.leave.asr.asr-1', [SCHEDULER]],
  // A gateway asks the scheduler to wake a service.
  ['llmos.wake.asr', [GATEWAY]],
  ['$JS.API.CONSUMER.CREATE.TASKS_LIVE.asr_transcribe.llmos.task.live.intent.detect', []],
  ['$JS.API.CONSUMER.CREATE.TASKS_LIVE.spy.llmos.task.live.asr.transcribe', []],
  ['$JS.API.CONSUMER.DURABLE.CREATE.TASKS_LIVE.asr_transcribe', []],
  ['$JS.API.CONSUMER.DELETE.TASKS_LIVE.asr_transcribe', []],
  // The scheduler counts what waits, and sees none of it.
  ['$JS.API.CONSUMER.LIST.TASKS_LIVE', [SCHEDULER]],
  ['$JS.API.CONSUMER.LIST.TASKS_DURABLE', [SCHEDULER]],
  ['$JS.API.CONSUMER.LIST.INTAKE', []],
  ['$JS.API.CONSUMER.MSG.NEXT.TASKS_DURABLE.asr_transcribe', [ASR]],
  ['$JS.API.CONSUMER.MSG.NEXT.INTAKE.gateway_intake', [GATEWAY]],
  ['$JS.ACK.TASKS_DURABLE.asr_transcribe.1.1.1.1.0', [ASR]],
  // Messages of the streams, past the consumers.
  ['$JS.API.STREAM.MSG.GET.TASKS_DURABLE', [GATEWAY]],
  ['$JS.API.STREAM.MSG.GET.INTAKE', [GATEWAY]],
  ['$JS.API.STREAM.MSG.GET.RESULTS', [SECURITY]],
  ['$JS.API.STREAM.MSG.DELETE.RESULTS', [SECURITY]],
  // Streams themselves.
  ['$JS.API.STREAM.INFO.TASKS_LIVE', ALL],
  ['$JS.API.STREAM.UPDATE.TASKS_LIVE', [GATEWAY]],
  ['$JS.API.STREAM.UPDATE.KV_llmos-runs', [GATEWAY]],
  ['$JS.API.STREAM.DELETE.TASKS_LIVE', []],
  ['$JS.API.STREAM.DELETE.KV_interactions', []],
  ['$JS.API.STREAM.PURGE.TASKS_LIVE', []],
  ['$JS.API.STREAM.PURGE.RESULTS', [SECURITY]],
  ['$JS.API.STREAM.SNAPSHOT.KV_tenant-keys', []],
  ['$JS.API.STREAM.LIST', []],
  // Buckets and object stores: the shared ones, and those of one service.
  ['$KV.llmos-runs.acme.r1', ALL],
  ['$KV.llmos-progress.acme.r1', ALL],
  ['$KV.llmos-nodes.n1', ALL],
  ['$JS.API.DIRECT.GET.KV_tenant-keys.$KV.tenant-keys.acme.1', ALL],
  ['$KV.documents.acme.d1', []],
  // Circuit breakers: those of capabilities are everybody's, those of what a service depends on its own.
  ['$KV.llmos-breakers.step.asr.transcribe', ALL],
  ['$KV.llmos-breakers.of.asr.whisper', [ASR]],
  ['$KV.llmos-breakers.of.generation.qwen2.5', []],
  ['$JS.API.CONSUMER.CREATE.KV_llmos-breakers.w1.$KV.llmos-breakers.>', ALL],
  ['$JS.API.STREAM.MSG.DELETE.KV_llmos-breakers', []],
  ['$JS.API.STREAM.PURGE.KV_llmos-breakers', []],
  ['$KV.interactions.acme.u1', [RECOMMENDER]],
  ['$JS.API.DIRECT.GET.KV_interactions.$KV.interactions.acme.u1', [RECOMMENDER]],
  ['$JS.API.CONSUMER.CREATE.KV_interactions.w1.$KV.interactions.>', [RECOMMENDER]],
  ['$JS.FC.KV_interactions.w1.x', [RECOMMENDER]],
  ['$JS.API.STREAM.MSG.DELETE.KV_interactions', [RECOMMENDER]],
  ['$KV.restrictions.tenant.YWNtZQ', [SECURITY]],
  // The scheduler may slow a tenant because of the load, and lifts nothing of others.
  ['$KV.restrictions.load.YWNtZQ', [SECURITY, SCHEDULER]],
  ['$JS.API.STREAM.MSG.DELETE.KV_restrictions', [SECURITY]],
  ['$KV.alert-silences.s-1', [SCHEDULER]],
  ['$KV.llmos-scaling.holds', [SCHEDULER]],
  ['$JS.API.CONSUMER.CREATE.KV_restrictions.w1.$KV.restrictions.>', [GATEWAY, SECURITY, SCHEDULER]],
  ['$O.llmos-blobs.M.b1', ALL],
  ['$O.recommender-model-files.M.m1', [RECOMMENDER]],
  ['$JS.API.STREAM.PURGE.OBJ_llmos-blobs', []],
];

/** Each subject with the users that may subscribe to it. */
const SUBSCRIBE: readonly (readonly [string, readonly string[]])[] = [
  [`_INBOX_${ASR}.1`, [ASR]],
  ['_INBOX.1', []],
  ['>', []],
  [subjects.cancels(), ALL],
  ['llmos.leave.asr.asr-1', [ASR]],
  ['llmos.leave.>', []],
  ['llmos.answer.ab12.*', [GATEWAY]],
  ['llmos.task.live.>', []],
  ['llmos.in.>', []],
  ['llmos.out.default.greet', TENANT],
  ['llmos.out.acme.greet', []],
  ['llmos.out.default.shred_tenant', ['default-operator']],
  ['llmos.dlq.>', []],
  ['$KV.interactions.>', []],
  ['$JS.EVENT.ADVISORY.>', []],
];

describe('the permissions of the users of the broker', () => {
  let home: string;
  let broker: NatsBroker;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-permissions-'));
    const folder = join(home, 'nats');
    const capabilities = [...(await loadCapabilities()).values()];
    const passwords = { default: PASSWORD };
    const settings = {
      folder,
      isEncrypted: false,
      operatorPipelines: ['shred_tenant'],
      capabilities,
      credentials: {
        services: PASSWORD,
        tenants: passwords,
        operators: passwords,
        processes: Object.fromEntries(PROCESSES.map((process) => [process, PASSWORD])),
      },
    };
    broker = new NatsBroker({
      folder,
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: 'nats-server',
      },
      config: (port) => natsConfig({ ...settings, port }),
      keyFile: undefined,
      onLine: () => undefined,
      onDeath: () => undefined,
    });
    await broker.start(AbortSignal.timeout(60_000));
  });
  afterAll(async () => {
    await broker.stop(5_000);
    rmSync(home, { recursive: true });
  });

  describe('of the matrix', () => {
    const connections = new Map<string, NatsConnection>();
    const violations = new Set<string>();

    beforeAll(async () => {
      for (const user of USERS) {
        const nc = await connect({ servers: broker.url, user, pass: PASSWORD });
        connections.set(user, nc);
        void (async () => {
          for await (const { permissionContext } of nc.status())
            if (permissionContext)
              violations.add(`${user} ${permissionContext.operation} ${permissionContext.subject}`);
        })();
      }
    });
    afterAll(() => Promise.all([...connections.values()].map((nc) => nc.close())));

    async function allowedUsers(operation: 'publish' | 'subscription', subject: string): Promise<string[]> {
      for (const nc of connections.values()) {
        if (operation === 'publish') nc.publish(subject);
        else nc.subscribe(subject, { callback: () => undefined });
        await nc.flush();
      }
      await turn();
      return USERS.filter((user) => !violations.has(`${user} ${operation} ${subject}`));
    }

    it.each(PUBLISH)('let publish to %s only %j', async (subject, users) => {
      expect(await allowedUsers('publish', subject)).toEqual(USERS.filter((user) => users.includes(user)));
    });

    it.each(SUBSCRIBE)('let subscribe to %s only %j', async (subject, users) => {
      expect(await allowedUsers('subscription', subject)).toEqual(USERS.filter((user) => users.includes(user)));
    });
  });

  describe('suffice for the work of', () => {
    const context: RunContext = { run: RUN, tenant: 'acme', lane: 'durable', deadlineMs: Date.now() + 600_000 };
    const bytes = (text: string) => new TextEncoder().encode(text);

    /** Runs work as a process; fails on any violation, also one that the client ignores. */
    async function as(process: string, work: (bus: Bus) => Promise<void>): Promise<void> {
      const errors: unknown[] = [];
      const bus = await Bus.connect({
        url: broker.url,
        user: userOf(process),
        password: PASSWORD,
        service: process,
        onError: (error) => errors.push(error),
      });
      void (async () => {
        for await (const status of bus.nc.status()) if (status.type === 'error') errors.push(status.error);
      })();
      try {
        await work(bus);
        await bus.nc.flush();
        await turn();
        expect(errors).toEqual([]);
      } finally {
        await bus.close(200);
      }
    }

    async function useBucket(bus: Bus, bucket: string, options: KvOptions): Promise<void> {
      const kv = await bus.kv(bucket, options);
      const seen: string[] = [];
      const watching = await kv.watch({ onEntry: ({ key }) => seen.push(key) });
      const revision = await kv.update('acme.1', bytes('one'), 0);
      await kv.update('acme.1', bytes('two'), revision);
      expect(Buffer.from((await kv.get('acme.1'))!.value).toString()).toBe('two');
      await waitFor('the watcher', () => seen.length > 0);
      if (options.erasable) await kv.erase('acme.1');
      else await kv.delete('acme.1');
      watching.stop();
    }

    it('every service', () =>
      as('asr', async (bus) => {
        await useBucket(bus, BUCKETS.runs, {});
        await useBucket(bus, BUCKETS.progress, { isRelaxed: true });
        await useBucket(bus, BUCKETS.nodes, { storage: 'memory' });
        await useBucket(bus, BUCKETS.tenantKeys, { erasable: true });
        for (const kept of ['day', 'week'] as const) {
          const reference = await bus.blobs.put('acme', bytes('a recording'), kept);
          expect(Buffer.from(await bus.blobs.get('acme', reference)).toString()).toBe('a recording');
        }
        const pulled: string[] = [];
        bus.consume(taskConsumer('durable', 'asr.transcribe'), 1, async (delivery) => {
          delivery.working();
          pulled.push(delivery.subject);
          delivery.ack();
          await Promise.resolve();
        });
        await bus.runs.publishTask(context, 'asr.transcribe', '0', {}, undefined);
        await waitFor('the task', () => pulled.length === 1);
        await bus.runs.publishTask(context, 'intent.detect', '1', {}, undefined);
        await bus.deadLetters.put({
          service: 'asr',
          id: '1',
          subject: subjects.intake('acme', 'greet'),
          headers: undefined,
          data: new Uint8Array(3_000_000),
          storedAtMs: Date.now(),
          attempts: 1,
          error: { code: 'INTERNAL', message: 'no', retryable: false },
        });
      }));

    it('the scheduler, which counts waiting tasks', () =>
      as('scheduler', async (bus) => {
        bus.consume(taskConsumer('live', 'scheduler.plan'), 1, () => Promise.resolve());
        await waitFor('the consumer', () => bus.pulling);
        expect(await bus.taskQueues()).toContainEqual(
          expect.objectContaining({ lane: 'live', capability: 'scheduler.plan', waiting: 0, taken: 0 }),
        );
      }));

    it('the recommender, which keeps models and erases users', () =>
      as('recommender', async (bus) => {
        await useBucket(bus, BUCKETS.interactions, { erasable: true });
        await useBucket(bus, BUCKETS.recommenderModels, {});
        const models = bus.objects(OBJECT_STORES.recommenderModels);
        for (const model of ['first', 'second']) await models.put('acme.1', bytes(model));
        expect(await models.names()).toEqual(['acme.1']);
        for await (const chunk of (await models.get('acme.1'))!) expect(chunk.length).toBe(6);
        await models.delete('acme.1');
      }));

    it('security, which forgets tenants', () =>
      as('security', async (bus) => {
        await useBucket(bus, BUCKETS.budgets, {});
        expect((await bus.forgetTenant('acme')).removed).toBeGreaterThan(0);
      }));

    it('the gateway, which starts and follows runs', () =>
      as('gateway', async (bus) => {
        await useBucket(bus, BUCKETS.idempotency, {});
        const live = { ...context, run: bus.newRunId(), lane: 'live' as const };
        const answers: string[] = [];
        bus.listen(live.run, ({ type }) => answers.push(type));
        await bus.runs.publishTerminal(live, { type: 'cancelled' });
        await waitFor('the answer', () => answers.length === 1);
        for await (const { answer } of bus.readAnswers(live.run, { follow: true }))
          expect(answer.type).toBe('cancelled');
        bus.signs.cancel(live.run);
        await bus.recurringRuns.put('acme', { name: 'nightly', pipeline: 'greet', when: '@every 24h', input: {} });
        expect(await bus.recurringRuns.list('acme')).toHaveLength(1);
        expect(await bus.recurringRuns.delete('acme', 'nightly')).toBe(true);
        for (const consumer of [intakeConsumer, dueConsumer]) bus.consume(consumer, 1, () => Promise.resolve());
        bus.deadLetterAbandoned(() => Promise.resolve());
        // One abandoned task of another service becomes a dead letter of that service.
        const hung: string[] = [];
        const consumer = { ...taskConsumer('durable', 'asr.transcribe'), ackWaitMs: 200, maxDeliveries: 1 };
        const operator = await Bus.connect({ url: broker.url, user: 'services', password: PASSWORD, service: 'test' });
        const loop = operator.consume(consumer, 1, async ({ subject }) => {
          hung.push(subject);
          await Promise.resolve();
        });
        await bus.runs.publishTask({ ...context, run: newRunId() }, 'asr.transcribe', '0', {}, undefined);
        const isDeadLetter = async () => {
          for await (const { service } of operator.deadLetterAdmin.list({ tenant: 'acme' }))
            if (service === 'asr') return true;
          return false;
        };
        await waitFor('the dead letter', isDeadLetter);
        await loop.stop(0);
        await operator.close(0);
        expect(hung).toHaveLength(1);
      }));
  });
});
