import { chooseCut } from './cut-choice.js';
import type { Found } from './reading-choice.js';

/** @param relevances of documents, most relevant first. */
const found = (text: string, relevances: Record<string, number>): Found => ({
  text,
  documents: 9,
  passages: Object.entries(relevances).map(([document, relevance]) => ({
    id: `${document}#0`,
    document,
    title: document,
    text: 'Some text.',
    score: 1,
    similarity: 0.5,
    relevance,
  })),
});

const whole = found('close it and get a card', { close: 0.6, card: 0.3, fees: 0.1 });
const halves: Record<string, Found> = {
  'close it': found('close it', { close: 0.8 }),
  'get a card': found('get a card', { card: 0.75 }),
  'a card': found('a card', { card: 0.9 }),
  'close it and': found('close it and', { close: 0.9 }),
  'get it': found('get it', { card: 0.6 }),
  'get a loan': found('get a loan', { loan: 0.9 }),
  nothing: found('nothing', {}),
};
const choose = async (...cuts: string[][]) =>
  (await chooseCut(whole, cuts, (half) => Promise.resolve(halves[half]!)))?.map(({ text }) => text);

describe('chooseCut', () => {
  it('takes two questions that different documents surely answer', async () => {
    expect(await choose(['close it', 'get a card'])).toEqual(['close it', 'get a card']);
  });

  it('takes the surest of several cuts', async () => {
    expect(await choose(['close it', 'get a card'], ['close it and', 'a card'])).toEqual(['close it and', 'a card']);
  });

  it.each([
    ['one document answers both', ['close it', 'close it and']],
    ['a half is not surely answered', ['close it', 'get it']],
    ['nothing is found for a half', ['close it', 'nothing']],
    ['a document has little to do with the whole message', ['close it', 'get a loan']],
  ])('takes the message for one question if %s', async (_, cut) => expect(await choose(cut)).toBeUndefined());

  it('searches no halves of a message that one document surely answers', async () => {
    const sure = found('close it and get a card', { close: 0.9, card: 0.8 });
    const find = () => Promise.reject(new Error('not called'));
    expect(await chooseCut(sure, [['close it', 'get a card']], find)).toBeUndefined();
  });
});
