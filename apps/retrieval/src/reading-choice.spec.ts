import { chooseReading, namesPartOf, type Found } from './reading-choice.js';

const found = (text: string, relevance: number): Found => ({
  text,
  documents: 9,
  passages: [
    {
      id: 'a#0',
      document: 'a',
      title: 'Transfers abroad',
      text: 'A transfer to Canada takes two days.',
      score: 1,
      similarity: 0.5,
      units: [],
      relevance,
    },
  ],
});

const choose = (alone: Found, followUp: 'certain' | 'likely' | 'possible', context = found('with context', 0.9)) =>
  chooseReading({ alone: () => Promise.resolve(alone), inContext: () => Promise.resolve(context) }, followUp);

describe('chooseReading', () => {
  const message = 'when does my sister get it';

  it('reads a message without context alone', async () => {
    const { text } = await chooseReading({ alone: () => Promise.resolve(found(message, 0.1)) }, 'certain');
    expect(text).toBe(message);
  });

  it('reads a certain follow-up with its context, and a new question alone', async () => {
    expect((await choose(found(message, 0.8), 'certain')).text).toBe('with context');
    expect((await choose(found(message, 0.8), 'possible')).text).toBe(message);
  });

  it('reads what seems to refer back with its context unless it is surely answered alone', async () => {
    expect((await choose(found(message, 0.7), 'likely')).text).toBe('with context');
    expect((await choose(found(message, 0.85), 'likely')).text).toBe(message);
  });

  it('lets the message alone count too, the less it says by itself', async () => {
    const shares: number[] = [];
    const inContext = (share: number) => {
      shares.push(share);
      return Promise.resolve(found('with context', 0.9));
    };
    for (const followUp of ['certain', 'likely', 'possible'] as const)
      await chooseReading({ alone: () => Promise.resolve(found(message, 0.1)), inContext }, followUp);
    expect(shares).toEqual([0.25, 0.4, 0.4]);
  });

  it('reads a few words with their context where the document that then answers has them, more surely', async () => {
    const choose = (text: string, relevance: number) =>
      chooseReading(
        {
          alone: () => Promise.resolve(found(text, relevance)),
          inContext: () => Promise.resolve(found('with context', 0.9)),
        },
        'possible',
      ).then((chosen) => chosen.text);
    expect(await choose('and the days', 0.6)).toBe('with context');
    expect(await choose('and the days', 0.85)).toBe('and the days');
    expect(await choose('parking?', 0.6)).toBe('parking?');
    expect(await choose('does a transfer to Canada take days', 0.6)).toBe('does a transfer to Canada take days');
  });

  it('reads what nothing answers alone with its context, unless all of it is foreign there', async () => {
    expect((await choose(found('to Canada', 0.1), 'possible')).text).toBe('with context');
    expect((await choose(found('where are penguins', 0.1), 'possible', found('with context', 0.1))).text).toBe(
      'where are penguins',
    );
    const recipe = 'recipe for chocolate cake';
    expect((await choose(found(recipe, 0.1), 'possible')).text).toBe(recipe);
  });
});

describe('namesPartOf', () => {
  const [best] = found('', 0.9).passages;
  const all = [{ text: 'A transfer to Canada takes two days.' }, { text: 'On Sundays nothing is sent.' }];

  it.each(['and on sundays?', 'to Canada'])('knows that %j names a part of the document', (message) =>
    expect(namesPartOf(message, best!, all)).toBe(true),
  );

  it.each(['and in Mexico?', 'how long is that', 'Sundays transfer Canada days'])('not so %j', (message) =>
    expect(namesPartOf(message, best!, all)).toBe(false),
  );

  it('stays with no document that did not surely answer', () => {
    expect(namesPartOf('and on sundays?', { ...best!, relevance: 0.6 }, all)).toBe(false);
  });
});
