import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { screen } from '@llmos/contracts/capabilities/security';
import { attackRules } from '@llmos/guardrails';
import { encodeHead, writeHead } from './head/head-file.js';
import type { SideWeights } from './head/screening-head.js';
import { updatePathOf, UPDATE_FILE, writeTunedHead, type TunedSide } from './head/tuned-head.js';
import { ScreeningService } from './screening.service.js';
import type { TextEmbedding } from './text-embedding.port.js';

const RULES = attackRules.map(({ id }) => id);
const UPDATE = Buffer.from('an update');

/** Logits by the first number of the vector: 5 for "loud" texts, -1 for "odd" ones, -5 for all others. */
const first: SideWeights = {
  embedding: Float32Array.of(10, 0),
  lexical: new Float32Array(0),
  rules: new Float32Array(RULES.length),
  bias: -5,
  slope: 1,
  shift: 0,
  suspicious: -1,
};
/** Attacks are what is "guilty". */
const second: TunedSide = { embedding: [10, 0], bias: -5, doubtful: -2, first: 0, slope: 1, shift: 0 };

const LOUD_BUT_INNOCENT = 'A loud but innocent question of mine.';
const ODD_AND_GUILTY = 'An odd and guilty question of mine.';
const PLAIN_AND_GUILTY = 'A plain and guilty question of mine.';

function encoder(vectorOf: (text: string) => Float32Array) {
  const asked: string[] = [];
  const embedding: TextEmbedding = {
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

describe('the two stages of screening', () => {
  let folder: string;
  let failures: unknown[];
  const stage = (embedding: TextEmbedding) => ({
    embedding,
    headPath: join(folder, 'second.json'),
    onFallback: (error: unknown) => void failures.push(error),
  });
  const open = async (embedding?: TextEmbedding) => {
    const service = new ScreeningService(shared.embedding, join(folder, 'first.json'), embedding && stage(embedding));
    await service.load(() => undefined);
    return (request: object) => service.screen(screen.input.parse(request));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cascade-'));
    const scales = { embedding: 1, lexical: 1, rules: 1 };
    const weights = { dimensions: 2, vocabulary: [], idf: new Float32Array(0), scales, input: first, passage: first };
    const about = { model: 'first-stage', ruleIds: RULES, provenance: {}, binFile: 'first.bin' };
    await writeHead(join(folder, 'first.json'), encodeHead(weights, about));
    const sha256 = createHash('sha256').update(UPDATE).digest('hex');
    const description = {
      format: 'llmos-tuned-injection-head/1' as const,
      model: 'both-stages',
      bin: { file: UPDATE_FILE, sha256 } as const,
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
    const embed: TextEmbedding['embed'] = (texts) =>
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

  it('does not load a head whose update is another', async () => {
    await writeFile(updatePathOf(join(folder, 'second.json')), 'another update');
    await expect(open(tuned.embedding)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await writeFile(updatePathOf(join(folder, 'second.json')), UPDATE);
  });
});
