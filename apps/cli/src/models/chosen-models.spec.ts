import { modelsToFetch } from './chosen-models.js';

const none = {
  asrModel: undefined,
  embeddingsModel: undefined,
  generationModel: undefined,
  generationUrl: undefined,
};

it('modelsToFetch takes the language model of the environment, else the chosen one, else the default', () => {
  expect(modelsToFetch(none, {})).toEqual(['moonshine-tiny', 'silero-vad', 'minilm', 'piper-joe', 'smollm2-135m']);
  expect(modelsToFetch(none, { generation: 'a' })).toEqual([
    'moonshine-tiny',
    'silero-vad',
    'minilm',
    'piper-joe',
    'a',
  ]);
  expect(modelsToFetch({ ...none, generationModel: 'b' }, { generation: 'a' })).toContain('b');
  expect(modelsToFetch({ ...none, generationModel: 'b' }, { generation: 'a' })).not.toContain('a');
});

it('modelsToFetch takes no language model that a server has, and embeddings beside those of other services', () => {
  const models = modelsToFetch({ ...none, generationUrl: 'http://127.0.0.1:1' }, { embeddings: 'e' });
  expect(models).toEqual(['moonshine-tiny', 'silero-vad', 'minilm', 'piper-joe', 'e']);
});
