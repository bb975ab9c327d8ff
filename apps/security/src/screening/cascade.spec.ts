import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { screen } from '@llmos/contracts/capabilities/security';
import { attackRules } from '@llmos/guardrails';
import type { Embedder } from '@llmos/models';
import { FIRST_NUMBER } from '../../test/fixtures/first-number.js';
import { waitFor } from '@llmos/testing';
import { encodeHead, writeHead } from './head/head-file.js';
import { updatePathOf, UPDATE_FILE, writeTunedHead, type TunedSide } from './head/tuned-head.js';
import { ScreeningService } from './screening.service.js';
import { SecondStage } from './second-stage.js';

const RULES = attackRules.map(({ id }) => id);
const UPDATE = Buffer.from('an update');

/** Of the first stage: 5 for "loud" texts, -1 for "odd" ones, -5 for all others. */
const first = FIRST_NUMBER;
/** Attacks are what is "guilty". */
const second: TunedSide = { embedding: [10, 0], bias: -5, doubtful: -2, firstShare: 0, slope: 1, shift: 0 };

const LOUD_BUT_INNOCENT = 'A loud but innocent question of mine.';
const ODD_AND_GUILTY = 'An odd and guilty question of mine.';
const PLAIN_AND_GUILTY = 'A plain and guilty question of mine.';

function encoder(vectorOf: (text: string) => Float32Array) {
  const asked: string[] = [];
  const embedding: Omit<Embedder, 'encode'> = {
    model: 'toy',
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    embed: (texts) => {
      asked.push(...texts);
      return Promise.resolve(texts.map(vectorOf));
    },
  };
  return { asked, embedding };
}

const shared = encoder((text) =>
  text.includes('loud')
    ? Float32Array.of(1, 0)
    : text.includes('odd')
      ? Float32Array.of(0.4, 0)
      : Float32Array.of(0, 1),
);
const tuned = encoder((text) => (text.includes('guilty') ? Float32Array.of(1, 0) : Float32Array.of(0, 1)));

function toyWeights() {
  const side = { ...first, embedding: Float32Array.of(9, 1) };
  return { dimensions: 2, vocabulary: [], idf: new Float32Array(0), input: side, passage: side };
}

describe('the two stages of screening', () => {
  let folder: string;
  let failures: unknown[];
  const stage = (embedding: Omit<Embedder, 'encode'>) =>
    new SecondStage({
      embedding,
      headPath: join(folder, 'second.json'),
      onFallback: (error) => void failures.push(error),
      onLoadFailure: (error) => void failures.push(error),
      retryMs: 5,
    });
  const open = async (embedding?: Omit<Embedder, 'encode'>) => {
    const service = new ScreeningService(shared.embedding, join(folder, 'first.json'), embedding && stage(embedding));
    await service.load(() => undefined);
    return (request: object) => service.screen(screen.input.parse(request));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cascade-'));
    const scales = { embedding: 1, lexical: 1, rules: 1 };
    const weights = { dimensions: 2, vocabulary: [], idf: new Float32Array(0), scales, input: first, passage: first };
    const about = { model: 'first-stage', ruleIds: RULES, provenance: {}, binFile: 'first.bin' };
    const head = encodeHead(weights, about);
    await writeHead(join(folder, 'first.json'), head);
    const sha256 = createHash('sha256').update(UPDATE).digest('hex');
    const description = {
      format: 'llmos-tuned-injection-head/1' as const,
      model: 'both-stages',
      bin: { file: UPDATE_FILE, sha256 } as const,
      firstHead: head.description.bin.sha256,
      input: second,
      passage: second,
      provenance: {},
    };
    await writeTunedHead(join(folder, 'second.json'), { description, bin: UPDATE });
  });
  beforeEach(() => {
    failures = [];
    tuned.asked.length = 0;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('asks the second about what the first has doubts of, and takes its word', async () => {
    const run = await open(tuned.embedding);
    expect(await run({ text: LOUD_BUT_INNOCENT })).toMatchObject({ verdict: 'benign', model: 'both-stages' });
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'injection', model: 'both-stages' });
    expect(tuned.asked).toContain(LOUD_BUT_INNOCENT);
  });

  it('does not bother the second with what the first finds harmless', async () => {
    const run = await open(tuned.embedding);
    expect(await run({ text: PLAIN_AND_GUILTY })).toMatchObject({ verdict: 'benign' });
    expect(tuned.asked).toEqual([]);
  });

  it('goes by the first alone while the second fails, says so, and keeps no verdict made without it', async () => {
    let works = false;
    const embed: Embedder['embed'] = (texts) =>
      works ? tuned.embedding.embed(texts) : Promise.reject(new Error('the worker died'));
    const run = await open({ ...tuned.embedding, embed });
    const passages = [{ id: 'a', document: 'a', title: '', text: LOUD_BUT_INNOCENT, score: 1, similarity: 0.5 }];
    expect(await run({ passages })).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'benign', model: 'first-stage' });
    expect(failures).toHaveLength(2);
    works = true;
    expect(await run({ passages })).toMatchObject({ verdict: 'benign', model: 'both-stages' });
  });

  it('is the first alone where there is no second', async () => {
    const run = await open();
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'benign', model: 'first-stage' });
  });

  it('may not call off an alarm about text that it reads in part, or about words in disguise', async () => {
    const run = await open(tuned.embedding);
    const padding = '. '.repeat(200);
    expect(await run({ text: `${padding}${LOUD_BUT_INNOCENT}` })).toMatchObject({ verdict: 'injection' });
    expect(await run({ text: LOUD_BUT_INNOCENT.replace('innocent', 'inn\u043ecent') })).toMatchObject({
      verdict: 'injection',
    });
    expect(await run({ text: `${padding}${ODD_AND_GUILTY}` })).toMatchObject({ verdict: 'injection' });
  });

  it('is not asked again by a request that it has failed, and says so of sentences too', async () => {
    let calls = 0;
    const embed: Embedder['embed'] = (texts) => {
      calls += 1;
      return calls === 1 ? tuned.embedding.embed(texts) : Promise.reject(new Error('the worker died'));
    };
    const run = await open({ ...tuned.embedding, embed });
    const text = `Nothing is wrong here at all. ${ODD_AND_GUILTY}`;
    const passages = ['a', 'b'].map((id) => ({
      id,
      document: id,
      title: '',
      text: `${LOUD_BUT_INNOCENT} ${id}`,
      score: 1,
      similarity: 0.5,
    }));
    expect(await run({ text, passages })).toMatchObject({ verdict: 'injection', model: 'first-stage' });
    expect(calls).toBe(2);
  });

  it('stops when it is told to, also while the second is asked', async () => {
    const leaving = new AbortController();
    const embed: Embedder['embed'] = () => {
      leaving.abort(new Error('left'));
      return Promise.reject(new Error('cut off'));
    };
    const service = new ScreeningService(
      shared.embedding,
      join(folder, 'first.json'),
      stage({ ...tuned.embedding, embed }),
    );
    await service.load(() => undefined);
    const request = screen.input.parse({ text: ODD_AND_GUILTY });
    await expect(service.screen(request, leaving.signal)).rejects.toThrow('left');
    expect(failures).toEqual([]);
  });

  it('begins without the second where its update is another, and takes it when it is right', async () => {
    await writeFile(updatePathOf(join(folder, 'second.json')), 'another update');
    const run = await open(tuned.embedding);
    expect(await run({ text: ODD_AND_GUILTY })).toMatchObject({ verdict: 'benign', model: 'first-stage' });
    expect(failures).not.toHaveLength(0);
    await writeFile(updatePathOf(join(folder, 'second.json')), UPDATE);
    const hasIt = async () => (await run({ text: ODD_AND_GUILTY })).verdict === 'injection';
    await waitFor('the second stage', hasIt);
  });

  it('begins without a second that was fitted to another first head', async () => {
    const other = encodeHead(
      { ...toyWeights(), scales: { embedding: 1, lexical: 1, rules: 1 } },
      {
        model: 'other',
        ruleIds: RULES,
        provenance: {},
        binFile: 'other.bin',
      },
    );
    await writeHead(join(folder, 'other.json'), other);
    const service = new ScreeningService(shared.embedding, join(folder, 'other.json'), stage(tuned.embedding));
    await service.load(() => undefined, AbortSignal.timeout(60_000));
    expect(failures).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
  });
});
