import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { screen } from '@llmos/contracts/capabilities/security';
import { toyEncoder, writeToyHead } from '../../test/fixtures/toy-screening.js';
import { updatePathOf, writeSecondHead, type SecondSideWeights } from './head/second-head.js';
import { ScreeningService } from './screening.service.js';
import type { Encoder } from './stages.js';

const UPDATE = Buffer.from('an update');

/** Finds the "guilty" texts; the first stage's logit is 5 for "loud" texts, -1 for "odd" ones and -5 for all others. */
const SECOND: SecondSideWeights = {
  embedding: Float32Array.of(10, 0),
  bias: -5,
  harmlessBelow: -2,
  firstShare: 0,
  slope: 1,
  shift: 0,
};

const LOUD_BUT_INNOCENT = 'A loud but innocent question of mine.';
const ODD_AND_GUILTY = 'An odd and guilty question of mine.';
const PLAIN_AND_GUILTY = 'A plain and guilty question of mine.';

const shared = toyEncoder((text) => (text.includes('loud') ? 1 : text.includes('odd') ? 0.4 : 0));
const second = toyEncoder((text) => (text.includes('guilty') ? 1 : 0));
const dead = (): Promise<never> => Promise.reject(new Error('the worker died'));

describe('Screening in two stages', () => {
  let folder: string;
  let failures: unknown[];
  const serviceOf = (encoder?: Encoder, headPath = join(folder, 'first.json')) =>
    new ScreeningService({
      encoder: shared,
      headPath,
      second: encoder && { encoder, headPath: join(folder, 'second.json') },
      onFallback: (_, error) => void failures.push(error),
    });
  const open = async (encoder?: Encoder) => {
    const service = serviceOf(encoder);
    await service.load();
    return (request: object) => service.screen(screen.input.parse(request));
  };
  const passage = (id: string, text: string) => ({ id, document: id, title: '', text, score: 1, similarity: 0.5 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'two-stages-'));
    const first = await writeToyHead(join(folder, 'first.json'), 'first-stage');
    await writeToyHead(join(folder, 'other.json'), 'other', Float32Array.of(9, 1));
    await writeFile(updatePathOf(join(folder, 'second.json')), UPDATE);
    await writeSecondHead(
      join(folder, 'second.json'),
      { input: SECOND, passage: SECOND },
      {
        model: 'both-stages',
        update: hash('sha256', UPDATE),
        firstHead: first.description.bin.sha256,
        provenance: {},
        file: 'second.safetensors',
      },
    );
  });
  beforeEach(() => {
    failures = [];
    second.asked.length = 0;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes the second stage’s verdict on texts that the first stage does not find clearly harmless', async () => {
    const run = await open(second);
    expect(await run({ text: LOUD_BUT_INNOCENT })).toMatchObject({ verdict: 'benign', model: 'both-stages' });
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'injection', model: 'both-stages' });
    expect(second.asked).toContain(LOUD_BUT_INNOCENT);
  });

  it('does not run the second stage on texts that the first stage finds harmless', async () => {
    const run = await open(second);
    expect(await run({ text: PLAIN_AND_GUILTY })).toMatchObject({ verdict: 'benign' });
    expect(second.asked).toEqual([]);
  });

  it('takes the first stage’s verdict while the second fails, reports it, and does not cache it', async () => {
    let works = false;
    const run = await open({ ...second, embed: (texts) => (works ? second.embed(texts) : dead()) });
    const passages = [passage('a', LOUD_BUT_INNOCENT)];
    expect(await run({ passages })).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'suspicious', model: 'first-stage' });
    expect(failures).toHaveLength(2);
    works = true;
    expect(await run({ passages })).toMatchObject({ verdict: 'benign', model: 'both-stages' });
  });

  it('consists of the first stage alone if the second is switched off', async () => {
    const run = await open();
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'suspicious', model: 'first-stage' });
  });

  it('lets the second stage raise, but not withdraw, an alarm about a long or disguised text', async () => {
    const run = await open(second);
    const padding = '. '.repeat(200);
    const disguised = LOUD_BUT_INNOCENT.replace('innocent', 'inn\u043ecent');
    for (const text of [`${padding}${LOUD_BUT_INNOCENT}`, disguised, `${padding}${ODD_AND_GUILTY}`])
      expect(await run({ text })).toMatchObject({ verdict: 'injection' });
  });

  it('does not ask a second stage again that has failed the same request', async () => {
    let calls = 0;
    const embed: Encoder['embed'] = (texts) => (++calls === 1 ? second.embed(texts) : dead());
    const run = await open({ ...second, embed });
    const text = `Nothing is wrong here at all. ${ODD_AND_GUILTY}`;
    const passages = ['a', 'b'].map((id) => passage(id, `${LOUD_BUT_INNOCENT} ${id}`));
    expect(await run({ text, passages })).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    expect(calls).toBe(2);
  });

  it('rejects with the reason of an abort, also while the second stage runs', async () => {
    const leaving = new AbortController();
    const embed: Encoder['embed'] = () => {
      leaving.abort(new Error('left'));
      return Promise.reject(new Error('cut off'));
    };
    const service = serviceOf({ ...second, embed });
    await service.load();
    const request = screen.input.parse({ text: ODD_AND_GUILTY });
    await expect(service.screen(request, leaving.signal)).rejects.toThrow('left');
    expect(failures).toEqual([]);
  });

  it('rejects a second stage with another update, and uses it, also for known passages, once it is right', async () => {
    const service = serviceOf(second);
    const run = (request: object) => service.screen(screen.input.parse(request));
    const passages = [passage('a', LOUD_BUT_INNOCENT)];
    await writeFile(updatePathOf(join(folder, 'second.json')), 'another update');
    await expect(service.load()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await run({ text: ODD_AND_GUILTY, passages })).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    await writeFile(updatePathOf(join(folder, 'second.json')), UPDATE);
    await service.loadSecondStage(() => undefined);
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'injection', model: 'both-stages' });
    expect(await run({ passages })).toMatchObject({ verdict: 'benign', model: 'both-stages' });
  });

  it('does not cache the verdict of a request that was running while the second stage was loaded', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow: Encoder = { ...shared, embed: (texts) => held.then(() => shared.embed(texts)) };
    const service = new ScreeningService({
      encoder: slow,
      headPath: join(folder, 'first.json'),
      second: { encoder: second, headPath: join(folder, 'second.json') },
      onFallback: (_, error) => void failures.push(error),
    });
    const request = screen.input.parse({ passages: [passage('a', LOUD_BUT_INNOCENT)] });
    await service.loadHead();
    const early = service.screen(request);
    await service.loadSecondStage(() => undefined);
    release();
    expect(await early).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    expect(await service.screen(request)).toMatchObject({ verdict: 'benign', model: 'both-stages' });
  });

  it('rejects a second stage that was fitted to another first head', async () => {
    const service = serviceOf(second, join(folder, 'other.json'));
    await expect(service.load()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await service.screen(screen.input.parse({ text: ODD_AND_GUILTY }))).toMatchObject({ model: 'other' });
  });
});
