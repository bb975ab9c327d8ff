import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import {
  decodeSentimentHead,
  encodeSentimentHead,
  readSentimentHead,
  sentimentEncoderPath,
} from '../src/sentiment/sentiment-head-file.js';
import { SentimentAnalyzer } from '../src/sentiment/sentiment-analyzer.js';
import { SentimentHead } from '../src/sentiment/sentiment-head.js';
import { trainSentiment } from '../training/sentiment/sentiment-trainer.ts';

const praise = [
  'I love this phone, it is wonderful.',
  'The staff were kind and helped me at once.',
  'A delightful evening with great music.',
  'Excellent service, I will come back.',
  'The new version is fast and a joy to use.',
  'Beautifully made and worth every penny.',
  'What a charming, funny story.',
  'The best meal I have had this year.',
];
const blame = [
  'I hate this phone, it is awful.',
  'The staff were rude and ignored me.',
  'A dreadful evening with terrible music.',
  'Poor service, I will never come back.',
  'The new version is slow and a pain to use.',
  'Badly made and a waste of money.',
  'What a dull, tiresome story.',
  'The worst meal I have had this year.',
];
const plain = [
  'The parcel arrives on Thursday.',
  'My account number ends in 12.',
  'The shop is in the main street.',
  'The form has three pages.',
  'The bus leaves at noon.',
  'The room is on the first floor.',
  'Tickets are sold at the counter.',
  'The map shows the old town.',
];

const { home, root, catalogPath } = loadConfig(baseConfig);
const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers: 1, update: sentimentEncoderPath });
let head: SentimentHead;
beforeAll(async () => {
  await embedder.start(() => undefined);
  head = await SentimentHead.load();
}, 120_000);
afterAll(() => embedder.close());

const verdictsOn = async (texts: readonly string[]) =>
  (await embedder.embed(texts)).map((vector) => head.judge(vector));

describe('the committed sentiment head', () => {
  it('belongs to the committed encoder, and the card names the hashes of both', async () => {
    const files = await readSentimentHead();
    const { encoder } = files.description;
    expect(encoder.sha256).toBe(hash('sha256', await readFile(sentimentEncoderPath)));
    expect(decodeSentimentHead(files).polarity.weights).toHaveLength(384);
    const card = await readFile(join(root, 'apps/analysis/model/SENTIMENT_CARD.md'), 'utf8');
    expect(card).toContain(head.version);
    expect(card).toContain(encoder.sha256);
  });

  it('distinguishes praise from blame', async () => {
    expect((await verdictsOn(praise)).map(({ label }) => label)).toEqual(praise.map(() => 'positive'));
    expect((await verdictsOn(blame)).map(({ label }) => label)).toEqual(blame.map(() => 'negative'));
  }, 120_000);

  it('classifies plain statements as neutral', async () => {
    expect((await verdictsOn(['The meeting is on Monday.']))[0]?.label).toBe('neutral');
    const neutral = (await verdictsOn(plain)).filter(({ label }) => label === 'neutral');
    expect(neutral.length).toBeGreaterThanOrEqual(6);
  }, 120_000);

  it.each([
    [
      'positive',
      ['The service has never been this good.', 'I could not be happier with my new bank.', 'No complaints.'],
    ],
    ['negative', ['I will never come back to this hotel.', 'That was the last time I ordered here.']],
    ['negative', ['You people stole my money.', 'Still waiting after three weeks.', 'The app crashes every day.']],
    ['positive', ['The app has never worked this well.', 'Support has never answered this fast.']],
    [
      'negative',
      ['The app has never worked this badly.', 'I have never waited this long.', 'The fees have never been so high.'],
    ],
    ['negative', ['Oh great, another crash.', 'Thanks for nothing.', 'App update sucks', 'Great service 🙄']],
    ['negative', ['Service 😡', '💩', 'my order 🤦🏽', '👎👎', 'This bank 💔', ':(']],
    ['positive', ['👍🏽', 'the breakfast 💛', 'Delivery 🎉', '❤️', '😍😍😍', ':)']],
    ['neutral', ['Parcel leaves tomorrow 📦', 'Menu in 🇬🇧 and 🇪🇸', 'How do I change my PIN?', 'PIN']],
  ])('hears %s in %j', async (label, texts) => {
    const analyzer = new SentimentAnalyzer(embedder, () => Promise.resolve(head));
    await analyzer.start(() => undefined);
    expect((await analyzer.ofEach(texts)).map((verdict) => verdict.label)).toEqual(texts.map(() => label));
  });

  it('weighs the windows of a long text by their length', async () => {
    const texts = [blame.join(' '), blame.slice(2).join(' '), praise[0] ?? ''];
    const vectors = await embedder.embed(texts);
    const verdict = head.judgeAll(texts.map((text, at) => ({ text, vector: vectors[at] ?? new Float32Array(384) })));
    expect(verdict.label).toBe('negative');
    expect(verdict.confidence).toBeGreaterThan(0.5);
  }, 120_000);
});

describe('the training of a sentiment head', () => {
  it('learns from a few sentences and gives the same head each time', async () => {
    const [good, bad, none] = [await embedder.embed(praise), await embedder.embed(blame), await embedder.embed(plain)];
    const part = (from: number, to: number) => ({
      polar: {
        vectors: [...good.slice(from, to), ...bad.slice(from, to)],
        labels: [...good.slice(from, to).map(() => 1), ...bad.slice(from, to).map(() => 0)],
      },
      neutral: {
        vectors: [...none.slice(from, to), ...good.slice(from, to), ...bad.slice(from, to)],
        labels: [
          ...none.slice(from, to).map(() => 1),
          ...good
            .concat(bad)
            .slice(0, 2 * (to - from))
            .map(() => 0),
        ],
      },
    });
    const [train, heldOut] = [part(0, 5), part(5, 8)];
    const data = { ...train, polarHeldOut: heldOut.polar, neutralHeldOut: heldOut.neutral };
    const weights = trainSentiment(data);
    expect(trainSentiment(data)).toEqual(weights);
    const encoder = { file: 'x', sha256: '0'.repeat(64) };
    const stored = encodeSentimentHead(weights, { encoder, file: 'x.safetensors', provenance: {} });
    const small = new SentimentHead(decodeSentimentHead(stored), 'small');
    const right = heldOut.polar.vectors.filter(
      (vector, at) => small.judge(vector).positive >= 0.5 === (heldOut.polar.labels[at] === 1),
    );
    expect(right.length).toBeGreaterThanOrEqual(5);
  }, 120_000);

  it('rejects a file that is not a head, naming it', async () => {
    await expect(SentimentHead.load(sentimentEncoderPath)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(sentimentEncoderPath) as string,
    });
  });
});
