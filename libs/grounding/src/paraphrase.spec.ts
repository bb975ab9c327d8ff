import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { supportsOf } from './paraphrase.js';
import { sourcesOf } from './sources.js';

const passage = (text: string): Passage => ({ id: 'a#0', document: 'a', title: 'A', text, score: 1, similarity: 0.8 });
const said = (sentence: string, ...texts: string[]) =>
  supportsOf(sentence, sourcesOf(texts.map(passage))).map((source) => source.sentence);

const DELIVERY = 'Express delivery takes 2 working days in the UK.';
const FREE = 'A replacement card is free of charge.';
const STANDARD = 'Standard delivery is free and takes 5 working days.';
const SWIFT = 'An international transfer (SWIFT) takes 2 to 4 working days.';
const LOST = 'If your card is lost, freeze it under Cards > Freeze.';

describe('supportsOf accepts', () => {
  it.each([
    ['a place said first', 'In the UK, express delivery takes 2 working days.', [DELIVERY]],
    ['the second of two things', 'Standard delivery takes 5 working days.', [STANDARD]],
    ['a condition said last', 'Freeze it under Cards > Freeze if your card is lost.', [LOST]],
    [
      'two whole sentences',
      'A replacement card is free of charge, and express delivery takes two working days in the UK.',
      [FREE, DELIVERY],
    ],
    [
      'a contrast of two',
      'A replacement card is free of charge; express delivery takes 2 working days in the UK.',
      [FREE, DELIVERY],
    ],
    ['a sentence without a short name', 'An international transfer takes 2 to 4 working days.', [SWIFT]],
  ])('%s', (_, sentence, sources) => expect(said(sentence, DELIVERY, FREE, LOST, STANDARD, SWIFT)).toEqual(sources));
});

describe('supportsOf rejects', () => {
  it.each([
    ['a place in brackets left out', 'Delivery is free of charge.', 'Delivery (UK) is free of charge.'],
    ['a limit in brackets left out', 'Entry is free of charge.', 'Entry is free of charge (students).'],
    [
      'a part of a sentence joined to another',
      'A replacement card is free of charge and 2 working days in the UK.',
      FREE,
      DELIVERY,
    ],
    [
      'a sentence without its condition, joined',
      'A replacement card is free of charge, and freeze it under Cards > Freeze.',
      FREE,
      LOST,
    ],
    [
      'a phrase that may belong to the word before it',
      'In dollars, we refund payments made.',
      'We refund payments made in dollars.',
    ],
    [
      'one of two conditions of a subject',
      'A payment that has errors is refused.',
      'A payment that is late and has errors is refused.',
    ],
    [
      'what is said of another subject',
      'Standard delivery takes 2 days.',
      'Standard delivery is free and express delivery takes 2 days.',
    ],
    ['a noun as if it were a verb', 'Card transfers cost £2.', 'Card payments cost £1 and transfers cost £2.'],
    ['a part of the subject', 'Express delivery takes 2 days.', 'Express delivery of cards is free and takes 2 days.'],
    ['no condition of both', 'Delivery takes 2 days.', 'Until Friday delivery is free and takes 2 days.'],
    ['what is denied', 'Delivery takes 2 days.', 'Delivery is free and takes not 2 days.'],
    ['a place moved over a negation', 'In Spain, cards do not work.', 'Cards do not work in Spain.'],
    ['a place moved over "only"', 'In the UK, cards work only.', 'Cards work only in the UK.'],
    ['a condition turned round', 'If you freeze the card, it is lost.', 'If the card is lost, you freeze it.'],
    [
      'a condition joined to the wrong sentence',
      'If your card is lost, a replacement card is free of charge.',
      FREE,
      LOST,
    ],
    [
      'a list',
      '- A replacement card is free of charge | and express delivery takes 2 working days in the UK',
      FREE,
      DELIVERY,
    ],
  ])('%s', (_, sentence, ...texts) => expect(said(sentence, ...texts)).toEqual([]));
});
