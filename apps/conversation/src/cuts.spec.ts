import { cutsOf } from './cuts.js';

describe('cutsOf', () => {
  it.each([
    [
      'want to shut my old account and put the app on my new phone',
      ['want to shut my old account', 'put the app on my new phone'],
    ],
    ['forgot my pin number\nthe machine kept my card', ['forgot my pin number', 'the machine kept my card']],
    [
      '1 where is the beef from 2 which bin are the trays for',
      ['where is the beef from', 'which bin are the trays for'],
    ],
    [
      'we need lunch for 20 what does it cost do you come on sundays',
      ['we need lunch for 20 what does it cost', 'do you come on sundays'],
    ],
    ['pay my sister abroad, hook up my other account', ['pay my sister abroad', 'hook up my other account']],
  ])('finds where %j may become another question', (text, halves) => expect(cutsOf(text)).toContainEqual(halves));

  it('gives the two likeliest cuts', () => {
    const text = 'my card is late, I moved last week and I need a new pin. Where can I change my name?';
    expect(cutsOf(text)).toHaveLength(2);
    expect(cutsOf(text)[0]).toEqual([
      'my card is late, I moved last week and I need a new pin.',
      'Where can I change my name?',
    ]);
  });

  it.each([
    'How do I change my PIN?',
    'I lost my card and my phone',
    'Waited in all morning for your engineer, took a day off work',
    'I ordered a card yesterday, when does it arrive',
    '',
  ])('cuts nothing off %j that asks nothing alone', (text) => expect(cutsOf(text)).toEqual([]));
});
