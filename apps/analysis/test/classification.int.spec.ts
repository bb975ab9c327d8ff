import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { FewShotClassifier, trainFewShot } from '../src/classifiers/few-shot-classifier.js';
import { ZeroShotClassifier } from '../src/classifiers/zero-shot-classifier.js';

const billing = [
  'The bill is wrong.',
  'I was charged twice this month.',
  'Why did my invoice go up?',
  'Please refund the extra fee.',
  'My payment does not show on the account.',
  'There is a charge that I do not know.',
  'Can I pay the invoice in two parts?',
  'The amount on my bill is too high.',
];
const delivery = [
  'Where is my parcel?',
  'The package has not arrived.',
  'When will my order be delivered?',
  'The courier left it at the wrong house.',
  'My shipment is a week late.',
  'Can you send it to another address?',
  'The tracking page shows nothing.',
  'The box came without its contents.',
];
const unseen = [
  { text: 'You took the money for the subscription two times.', label: 'billing' },
  { text: 'The postman never came with my order.', label: 'delivery' },
];

const { home, catalogPath } = loadConfig(baseConfig);
const embedder = new CatalogEmbedder({
  model: 'minilm',
  home,
  catalogPath,
  workers: 1,
});
beforeAll(() => embedder.start(() => undefined), 120_000);
afterAll(() => embedder.close());

describe('classifiers on real vectors', () => {
  it('learn two labels from 8 examples each', async () => {
    const texts = [...billing, ...delivery];
    const vectors = await embedder.embed(texts);
    const examples = vectors.map((vector, at) => ({ vector, label: at < billing.length ? 'billing' : 'delivery' }));
    const { classifier, accuracy } = trainFewShot(examples);
    expect(accuracy).toBeGreaterThanOrEqual(0.8);
    const read = FewShotClassifier.parse(classifier.serialise());
    const found = (await embedder.embed(unseen.map(({ text }) => text))).map((vector) => read.classify(vector).label);
    expect(found).toEqual(unseen.map(({ label }) => label));
  }, 120_000);

  it('classify texts by the names of the labels alone', async () => {
    const classifier = await ZeroShotClassifier.of(['billing', 'delivery'], (texts) => embedder.embed(texts));
    const found = (await embedder.embed(unseen.map(({ text }) => text))).map((vector) => classifier.classify(vector));
    expect(found.map(({ label }) => label)).toEqual(unseen.map(({ label }) => label));
  }, 120_000);
});
