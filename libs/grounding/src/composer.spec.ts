import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import fc from 'fast-check';
import { GroundedComposer } from './composer.js';
import { sourcesOf } from './sources.js';

const passages: Passage[] = [
  'A new card arrives within 5 working days in the UK. Express delivery costs £6.00 and takes 2 working days.',
  'Report a late card after 7 working days under Cards > Delivery status. We send a free replacement card.',
].map((text, i) => ({ id: `card#${i}`, document: 'card', title: 'My card', text, score: 1, similarity: 0.7 - i / 10 }));

function compose(pieces: readonly string[], question = 'When does my new card arrive?') {
  const released: string[] = [];
  const composer = new GroundedComposer({
    question,
    sources: sourcesOf(passages),
    release: (sentence) => released.push(sentence),
  });
  for (const piece of pieces) composer.write(piece);
  composer.end();
  composer.finish();
  return { released, composer };
}

describe('GroundedComposer', () => {
  it('releases supported sentences in the words of the model', () => {
    const { composer, released } = compose([
      'A new card arrives wi',
      'thin five working days in the UK. Express',
      ' delivery takes a',
    ]);
    expect(released).toEqual(['A new card arrives within five working days in the UK.']);
    expect(composer.grounding).toBe('generated');
    expect(composer.citations).toEqual([{ document: 'card', title: 'My card', passage: 'card#0', score: 0.7 }]);
  });

  it('replaces an unsupported sentence by the source that answers best', () => {
    const { composer } = compose(['Your new card arrives in 9 days.']);
    expect(composer.text).toMatch(/^A new card arrives within 5 working days in the UK\./);
    expect(composer.grounding).toBe('extracted');
  });

  it('keeps the true sentences before a false one', () => {
    const { composer } = compose(
      ['Express delivery costs £6.00 and takes 2 working days. ', 'Express delivery is tracked by satellite. '],
      'How fast is express delivery of a new card?',
    );
    expect(composer.text).toBe(
      'Express delivery costs £6.00 and takes 2 working days. A new card arrives within 5 working days in the UK.',
    );
    expect(composer.grounding).toBe('repaired');
  });

  it('does not repeat a sentence', () => {
    const { released } = compose(['A new card arrives within 5 working days in the UK. '.repeat(4)]);
    expect(released).toHaveLength(1);
  });

  it('answers from the passages when the model writes nothing, and ignores text after the end', () => {
    const { composer, released } = compose([]);
    const before = [...released];
    composer.write('A new card arrives within 5 working days in the UK. And more. ');
    expect(composer.grounding).toBe('extracted');
    expect(released).toEqual(before);
  });

  const word = fc.constantFrom(
    'card',
    'A new',
    'arrives within',
    '5',
    '£6.00',
    '12345',
    '7 working days',
    'not',
    'Express delivery',
    'costs',
    'takes',
    '. ',
    '\n',
    '- ',
    'Barclays',
    'UK',
    'ten',
  );
  const model = fc
    .array(fc.oneof({ weight: 3, arbitrary: word }, fc.string({ unit: 'binary' })), { maxLength: 60 })
    .map((words) => words.map((w) => `${w} `));

  it('never releases a number that is not in the passages, whatever the model writes', () => {
    const numbers = (text: string) => text.match(/\d+/g) ?? [];
    const known = new Set(numbers(passages.map(({ text }) => text).join(' ')));
    fc.assert(
      fc.property(model, fc.string(), (pieces, question) => {
        for (const number of numbers(compose(pieces, question).composer.text)) expect(known).toContain(number);
      }),
      { numRuns: 300 },
    );
  });

  it('streams exactly the text, in at most three sentences, each once', () => {
    fc.assert(
      fc.property(model, (pieces) => {
        const { released, composer } = compose(pieces);
        expect(released.join(' ')).toBe(composer.text);
        expect(released.length).toBeGreaterThan(0);
        expect(released.length).toBeLessThanOrEqual(3);
        expect(new Set(released).size).toBe(released.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('GroundedComposer with units', () => {
  const unitsOf = (...units: readonly (Partial<PassageUnit> & { text: string })[]): Passage => ({
    id: 'kiwi#0',
    document: 'kiwi',
    title: 'Kiwi cards',
    text: units.flatMap(({ headings = [], text }) => [...headings, text]).join('\n'),
    units: units.map((unit) => ({ kind: 'text', headings: [], ...unit })),
    score: 1,
    similarity: 0.7,
  });
  const answer = (question: string, passage: Passage, model = ''): GroundedComposer => {
    const composer = new GroundedComposer({ question, sources: sourcesOf([passage]), release: () => undefined });
    composer.write(model);
    composer.end();
    composer.finish();
    return composer;
  };
  const steps = { kind: 'steps' as const, text: 'To freeze a Kiwi card: 1. Open the app. 2. Tap Freeze.' };

  it('gives steps whole, although the model writes only one of them', () => {
    const passage = unitsOf(steps);
    expect(answer('How do I freeze a Kiwi card?', passage, 'Open the app.').text).toBe(steps.text);
    expect(answer('How do I freeze a Kiwi card?', passage).needsNoModel).toBe(true);
  });

  it('answers with the question whose words and kind are nearest, and with no other', () => {
    const faq = unitsOf(
      { text: 'Yes.', headings: ['Is the Kiwi card free?'] },
      { text: '4 years.', headings: ['How long is it valid?'] },
    );
    expect(answer('Is the Kiwi card free?', faq).text).toBe('Is the Kiwi card free? Yes.');
    expect(answer('For how long is the card valid?', faq).text).toBe('Kiwi cards – How long is it valid? 4 years.');
  });

  it('gives a short answer to a question of the article whole, and a long one in part', () => {
    const headings = ['Do Kiwi bikes come assembled?'];
    const short = unitsOf({ text: 'Ninety percent. You fit the handlebar. The tools are in the box.', headings });
    for (const question of ['does my Kiwi bike come put together?', 'Are the tools in the box?'])
      expect(answer(question, short).text).toBe(
        'Do Kiwi bikes come assembled? Ninety percent. You fit the handlebar. The tools are in the box.',
      );
    const long = unitsOf({
      text: `Ninety percent. ${'The manual says much about all of the other parts. '.repeat(8)}`,
      headings,
    });
    expect(answer('does my Kiwi bike come assembled?', long).text.length).toBeLessThan(200);
  });

  it('gives a longer section whole if its heading says all that the question says', () => {
    const text =
      'Kiwi boilers: the valve sticks. Turn the tap on for a minute. Press reset. If it stays cold, book a repair.\n\n' +
      'Cylinders: look at the timer and the switch of the heater. With it you have hot water in an hour.';
    const section = unitsOf({ text, headings: ['I have heating but no hot water'] });
    const whole = text.replace('\n\n', ' ');
    expect(answer('i have heating but no hot water', section).text).toContain(whole);
    expect(answer('is hot water quick?', section).text).not.toContain(whole);
  });

  it.each([
    ['Kiwi hotel late check out price', 'Late check-out until 2 pm costs 25 euros.'],
    ['I want to pause my Kiwi membership', 'Write to us 14 days before.'],
    ['until when must I file Kiwi expenses', 'Expenses are filed within 60 days.'],
    ['what interest does Kiwi Plus pay', 'Kiwi Basic: 1.5 %; Kiwi Plus: 2.5 %.'],
  ])('%s → %s', (question, expected) => {
    const faq = [
      { text: 'By 11 am. Late check-out until 2 pm costs 25 euros.', headings: ['When do I have to check out?'] },
      { text: 'Small dogs are welcome at the Kiwi Hotel for 15 euros a night.', headings: ['Are dogs allowed?'] },
      { text: 'Write to us 14 days before.', headings: ['How do I freeze my membership?'] },
      { text: 'Yes, one guest a month, free of charge.', headings: ['Can I bring a guest to Kiwi?'] },
      {
        kind: 'steps' as const,
        text: 'How do I file Kiwi expenses? 1. Scan the receipt. 2. Submit it.',
        headings: ['How do I file Kiwi expenses?'],
      },
      { text: 'Expenses are filed within 60 days.', headings: ['Deadlines'] },
      { kind: 'row' as const, text: 'Kiwi cards – Interest – Kiwi Basic: 1.5 %; Kiwi Plus: 2.5 %.' },
      { text: 'Interest is paid once a year.' },
    ].map((unit, n) => ({ ...unitsOf(unit), id: `kiwi#${n}` }));
    const near = faq.find(({ text }) => text.includes(expected))!;
    const passages = faq.map((each) => ({ ...each, similarity: each === near ? 0.6 : 0.25 }));
    const composer = new GroundedComposer({ question, sources: sourcesOf(passages), release: () => undefined });
    composer.finish();
    expect(composer.text).toContain(expected);
  });

  it('answers with the row that has the words of the question, and with no other', () => {
    const rows = ['Basic; Fee: £0', 'Gold; Fee: £7'].map((row) => ({
      kind: 'row' as const,
      text: `Kiwi fees – Plan: Kiwi ${row}.`,
    }));
    expect(answer('What is the fee of Kiwi Gold?', unitsOf(...rows)).text).toBe(
      'Kiwi fees – Plan: Kiwi Gold; Fee: £7.',
    );
  });

  it('gives a short paragraph whole: what to do stands behind the sentence that says when', () => {
    const loud = 'If your neighbours are loud after 10 pm, do not argue with them. Text the warden on 01632 960 111.';
    const warned = 'Who is warned twice has to leave.';
    const passage = unitsOf({ text: loud }, { text: warned });
    expect(answer('my neighbours are loud', passage).text).toBe(loud);
    const long = unitsOf({
      text: `${loud} ${'The rules of the site are known to all of our guests. '.repeat(6)}`.trim(),
    });
    expect(answer('my neighbours are loud', long).text.length).toBeLessThan(200);
  });

  it('gives all rows that answer, if they are few, and names their table once', () => {
    const dogs = ['First dog; Price: £3', 'Second dog; Price: £3', 'Dog in a lodge; Price: £25'].map((row) => ({
      kind: 'row' as const,
      text: `Site prices – What: ${row}.`,
    }));
    const cat = { kind: 'row' as const, text: 'Site prices – What: Cat; Price: £1.' };
    expect(answer('How much is a dog?', unitsOf(...dogs, cat)).text).toBe(
      'Site prices – What: First dog; Price: £3. What: Second dog; Price: £3. What: Dog in a lodge; Price: £25.',
    );
    const days = ['7 to 13; Refund: half', '14 to 27; Refund: all', '28 or more; Refund: all'].map((row) => ({
      kind: 'row' as const,
      text: `Refunds – Days before arrival: ${row}.`,
    }));
    expect(answer('what refund do I get if I arrive in 3 weeks', unitsOf(...days)).text).toBe(
      'Refunds – Days before arrival: 14 to 27; Refund: all.',
    );
    const many = Array.from({ length: 9 }, (_, n) => ({
      kind: 'row' as const,
      text: `Prices – What: dog number ${n}; Price: £${n}.`,
    }));
    expect(answer('How much is a dog?', unitsOf(...many)).text.match(/What:/g)).toHaveLength(2);
  });

  it('says beside steps what the section says beside them, if that is short', () => {
    const headings = ['Moving an appointment'];
    const move = { kind: 'steps' as const, text: 'To move an appointment: 1. Open the app. 2. Tap Move.', headings };
    const late = { text: 'Less than 24 hours before, please call us.', headings };
    const passage = unitsOf(move, late, { text: 'An appointment takes an hour.', headings: ['Duration'] });
    for (const question of ['how do I move my appointment', 'move my appointment, it is less than 24 hours'])
      expect(answer(question, passage).text).toBe(`${move.text} ${late.text}`);
    const long = { text: 'Whoever comes late may find that the next guest was asked in already. '.repeat(8), headings };
    expect(answer('how do I move my appointment', unitsOf(move, long)).text).toBe(move.text);
  });

  it('does not repeat the question of a section between its steps and what it says beside them', () => {
    const headings = ['How do I turn the boat?'];
    const steps = { kind: 'steps' as const, text: `${headings[0]} Do this: 1. Slow down. 2. Steer round.`, headings };
    const beside = { text: 'Never try this in a high wind.', headings };
    expect(answer('how do I turn the boat', unitsOf(steps, beside)).text).toBe(`${steps.text} ${beside.text}`);
  });

  it('lets a sentence follow that is as near to the question, if only these answer', () => {
    const sentences = ['Tell us first.', 'We do not whiten in pregnancy.', 'The cafe is closed.'];
    const similarities = [0.5, 0.49, 0.1];
    const text = `${sentences.join(' ')} ${'Our team is known to all of the town and helps. '.repeat(8)}`;
    const compared = sentences.map((each, n) => ({ text: each, similarity: similarities[n]! }));
    expect(answer('expecting a baby', unitsOf({ text, sentences: compared })).text).toBe(
      'Tell us first. We do not whiten in pregnancy.',
    );
  });

  it('answers "what do I do" with steps', () => {
    const passage = unitsOf(
      {
        kind: 'steps',
        text: 'A tooth was knocked out: 1. Rinse it. 2. Come to us.',
        headings: ['A tooth was knocked out'],
      },
      { text: 'Baby teeth that were knocked out must not be put back.', headings: ['A tooth was knocked out'] },
    );
    expect(answer('my tooth was knocked out, what do I do', passage).text).toContain('1. Rinse it.');
  });

  it('says what a sentence refers to before it, once', () => {
    const passage = unitsOf({ text: 'The Kiwi card comes by post. It takes 5 working days to come. It is free.' });
    expect(
      answer('How long does it take for the Kiwi card to come?', passage, 'It takes 5 working days to come.').text,
    ).toBe('The Kiwi card comes by post. It takes 5 working days to come.');
  });
});
