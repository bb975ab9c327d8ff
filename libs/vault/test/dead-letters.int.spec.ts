import { Bus, headersOf, type DeadLetterGuard, type DeadLetterNote } from '@llmos/bus';
import { LlmosError, subjects } from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { deadLetterGuard } from '../src/dead-letter-guard.js';
import { AtRest } from '../src/at-rest.js';
import { TenantKeys } from '../src/tenant-keys.js';

const CANARY = 'CANARY-of-a-dead-letter';
const CARD = '4111 1111 1111 1111';

describe('a dead letter', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  let master: RsaKeyService | undefined;
  let count = 0;
  let guard: DeadLetterGuard;
  const problems: unknown[] = [];

  beforeAll(async () => {
    nats = await startNatsServer();
    const good = RsaKeyService.fromPem(await newMasterKeyPem());
    master = good;
    const openMaster = () =>
      master ? Promise.resolve(master) : Promise.reject(new Error('the master key cannot be read'));
    keys = new TenantKeys({ openMaster });
    const current: DeadLetterGuard = {
      seal: (name, original) => guard.seal(name, original),
      open: (tenant, id, sealed) => guard.open(tenant, id, sealed),
      redact: (text) => guard.redact(text),
    };
    bus = await Bus.connect({ url: nats.url, service: 'test', sealers: { deadLetters: current } });
    await keys.load(bus);
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  const protect = (encrypts: boolean, by = keys) => {
    guard = deadLetterGuard(new AtRest(by, encrypts), (error) => problems.push(error));
  };

  /** Stores an event of the tenant as a dead letter. Its headers and its body contain the canary. */
  async function deadLetter(tenant: string, { storedAtMs = Date.now(), padding = 0 } = {}): Promise<DeadLetterNote> {
    await bus.deadLetters.put({
      service: 'gateway',
      id: `in:${++count}`,
      subject: subjects.intake(tenant, 'unknown'),
      headers: headersOf([
        ['ce-source', [`/${CANARY}`]],
        ['twice', ['one', 'two']],
        ['Nats-Msg-Id', ['only for the first publish']],
      ]),
      data: Buffer.concat([Buffer.from([0, 255, ...Buffer.from(CANARY)]), Buffer.alloc(padding)]),
      storedAtMs,
      attempts: 1,
      error: new LlmosError('INVALID_ARGUMENT', `The text 'my card is ${CARD}' cannot be used.`, {
        field: 'ada@example.org',
      }).toBody(),
    });
    return (await notesOf(tenant)).at(-1)!;
  }

  async function notesOf(tenant?: string): Promise<DeadLetterNote[]> {
    const notes: DeadLetterNote[] = [];
    for await (const note of bus.deadLetterAdmin.list({ tenant })) notes.push(note);
    return notes;
  }

  /** Redrives the dead letter and returns the headers and bytes of the message that arrived. */
  async function redriven({ sequence, tenant }: DeadLetterNote): Promise<object> {
    const arrived: Awaited<ReturnType<Bus['nc']['request']>>[] = [];
    const subscription = bus.nc.subscribe(subjects.intake(tenant, 'unknown'), {
      callback: (_, message) => void arrived.push(message),
    });
    await bus.deadLetterAdmin.redrive(sequence);
    const { headers: h, data } = await waitFor('the message', () => arrived[0]);
    subscription.unsubscribe();
    const own = h!.keys().filter((key) => key !== 'Nats-Msg-Id');
    return { fields: own.map((key) => [key, h!.values(key)]), data: Buffer.from(data).toString('latin1') };
  }
  const whole = {
    fields: [
      ['ce-source', [`/${CANARY}`]],
      ['twice', ['one', 'two']],
    ],
    data: `\0ÿ${CANARY}`,
  };

  it('is unreadable on the broker’s disk, has a reason without personal data, and is redriven unchanged', async () => {
    protect(true);
    const note = await deadLetter('acme');
    expect(note).toMatchObject({
      service: 'gateway',
      tenant: 'acme',
      subject: 'llmos.in.acme.unknown',
      attempts: 1,
      code: 'INVALID_ARGUMENT',
      field: '[EMAIL]',
      reason: "The text 'my card is [CARD]' cannot be used.",
      payload: 'sealed',
    });
    for (const text of [CANARY, CARD, 'ada@example.org']) expect(await filesHolding(nats.pid, text)).toEqual([]);
    expect((await bus.deadLetterAdmin.read(note.sequence)).original.subject).toBe('llmos.in.acme.unknown');
    expect(await redriven(note)).toEqual(whole);
    expect(await notesOf('acme')).toEqual([]);
    await expect(bus.deadLetterAdmin.read(note.sequence)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is stored in the clear with encryption off, with a redacted reason', async () => {
    protect(false);
    const note = await deadLetter('open');
    expect(note).toMatchObject({ payload: 'plain', reason: expect.stringContaining('[CARD]') });
    expect(await filesHolding(nats.pid, CANARY)).not.toEqual([]);
    expect(await redriven(note)).toEqual(whole);
  });

  it('is stored in the clear rather than lost while the keys are unavailable', async () => {
    const good = master;
    master = undefined;
    const lonely = await TenantKeys.open(bus, { openMaster: () => Promise.reject(new Error('no master key')) });
    protect(true, lonely);
    const note = await deadLetter('unlucky');
    expect(note.payload).toBe('plain');
    expect(problems).toHaveLength(1);
    expect(await redriven(note)).toEqual(whole);
    master = good;
  });

  it('keeps a message of the maximum size and redrives it', async () => {
    const padding = bus.nc.info!.max_payload - 200;
    for (const encrypts of [true, false]) {
      protect(encrypts);
      const note = await deadLetter('large', { padding });
      expect(await redriven(note)).toEqual({ ...whole, data: whole.data + '\0'.repeat(padding) });
    }
    expect(await bus.objects('dead-letters').names()).toEqual([]);
  }, 120_000);

  it('of a shredded tenant has no content; a later one is sealed with the new key', async () => {
    protect(true);
    const before = Date.now();
    const sealed = await deadLetter('leaver');
    await keys.shred('leaver');
    const late = await deadLetter('leaver', { storedAtMs: before });
    expect(late).toMatchObject({ payload: 'destroyed', code: 'INVALID_ARGUMENT' });
    for (const { sequence } of [sealed, late])
      await expect(bus.deadLetterAdmin.redrive(sequence)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('destroyed'),
      });
    const fresh = await waitFor('a time after the shredding', async () => {
      const note = await deadLetter('leaver');
      return note.payload === 'sealed' ? note : undefined;
    });
    expect(await redriven(fresh)).toEqual(whole);
  });

  it('is removed with the results, schedules and answers of a forgotten tenant, and of no other tenant', async () => {
    protect(false);
    const context = (tenant: string) => ({
      run: bus.newRunId(),
      tenant,
      lane: 'durable' as const,
      deadlineMs: Date.now() + 60_000,
    });
    const answerFor = (tenant: string) => ({
      type: 'completed' as const,
      result: `${CANARY} of ${tenant}`,
      details: {},
      timings: [],
      degraded: [],
    });
    const leave = async (tenant: string) => {
      const about = context(tenant);
      await deadLetter(tenant);
      await bus.runs.publishTerminal(about, answerFor(tenant));
      await bus.runs.publishResult(about, 'assistant', answerFor(tenant));
      await bus.recurringRuns.put(tenant, { name: 'nightly', pipeline: 'assistant', when: '@every 24h', input: {} });
      return about.run;
    };
    const [gone, kept] = [await leave('gone'), await leave('kept')];
    expect(await filesHolding(nats.pid, `${CANARY} of gone`)).not.toEqual([]);
    expect(await bus.forgetTenant('gone')).toEqual({ removed: 4, overwritten: 2 });
    expect(await bus.forgetTenant('gone')).toEqual({ removed: 0, overwritten: 0 });
    expect(await filesHolding(nats.pid, `${CANARY} of gone`)).toEqual([]);
    expect(await filesHolding(nats.pid, `${CANARY} of kept`)).not.toEqual([]);
    const answersOf = async (run: string) => {
      const answers: unknown[] = [];
      for await (const answer of bus.readAnswers(run, { follow: false })) answers.push(answer);
      return answers;
    };
    expect([await answersOf(gone), await answersOf(kept)]).toMatchObject([[], [{ tenant: 'kept' }]]);
    expect([await bus.recurringRuns.list('gone'), await bus.recurringRuns.list('kept')]).toMatchObject([
      [],
      [{ name: 'nightly' }],
    ]);
    expect([await notesOf('gone'), await notesOf('kept')]).toMatchObject([[], [{ tenant: 'kept' }]]);
  });
});
