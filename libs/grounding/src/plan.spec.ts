import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { phrasesIn } from './phrases.js';
import { closingOf, joinSaid, planOf, type Said } from './plan.js';

const { notFound: NOT_FOUND_TEXT, notFoundUrgent: NOT_FOUND_URGENT_TEXT } = phrasesIn();

const passage = (document: string, question?: number, relevance = 0.9): Passage => ({
  id: `${document}#0`,
  document,
  title: `All about ${document}`,
  text: `The ${document} costs nothing at all.`,
  score: 1,
  similarity: 0.5,
  relevance,
  ...(question === undefined ? {} : { question }),
});
const plan = (passages: Passage[], more: object = {}) => planOf({ question: 'A? B?', passages, ...more }, 0.5);

describe('planOf', () => {
  it('gives each question the passages that were found for it', () => {
    const planned = plan([passage('card', 0), passage('pin', 1)], { questions: ['A?', 'B?'] });
    expect(planned).toMatchObject([
      { kind: 'sources', question: 'A?', sources: [{ passage: { document: 'card' } }] },
      { kind: 'sources', question: 'B?', sources: [{ passage: { document: 'pin' } }] },
    ]);
    expect(planned).toHaveLength(2);
  });

  it('gives a single question all passages of the best document', () => {
    const passages = [passage('card'), { ...passage('card'), id: 'card#1', text: 'It arrives in five working days.' }];
    for (const questions of [undefined, ['A?']]) {
      const [planned, ...others] = plan(passages, questions ? { questions } : {});
      expect(others).toEqual([]);
      expect(planned).toMatchObject({ kind: 'sources', question: 'A? B?' });
      expect(planned?.kind === 'sources' && planned.sources).toHaveLength(2);
    }
  });

  it('asks which document is meant, names the question that nothing answers, or says that nothing was found', () => {
    expect(plan([passage('card', 0, 0.8), passage('pin', 0, 0.79)])).toMatchObject([
      { text: 'Do you mean: “All about card” or “All about pin”?', choices: [{}, {}], unanswered: [] },
    ]);
    expect(plan([passage('card', 0), passage('pin', 1, 0.01)], { questions: ['A?', 'B?'] })[1]).toMatchObject({
      text: 'I could not find anything about “B?” in our help centre.',
      unanswered: ['B?'],
    });
    expect(plan([])).toEqual([{ kind: 'plain', text: NOT_FOUND_TEXT, choices: [], unanswered: ['A? B?'] }]);
    expect(plan([], { notice: 'Call us.' })).toMatchObject([{ text: NOT_FOUND_URGENT_TEXT }]);
  });

  it('says in the language of the customer what it does not quote, in English where it has no words', () => {
    const [card, pin] = [passage('card', 0, 0.8), passage('pin', 0, 0.79)];
    expect(plan([card, pin], { language: 'de' })).toMatchObject([
      { text: 'Meinen Sie: “All about card” oder “All about pin”?' },
    ]);
    expect(plan([], { language: 'fr' })).toMatchObject([{ text: expect.stringMatching(/^Je n'ai rien trouvé/) }]);
    expect(plan([], { language: 'zh' })).toMatchObject([{ text: expect.stringContaining('帮助中心') }]);
    expect(plan([], { language: 'und' })).toMatchObject([{ text: NOT_FOUND_TEXT }]);
  });
});

describe('closingOf', () => {
  it('says the notice, or the offer after answers that state nothing', () => {
    const [none, quoted] = [{ grounding: 'none' as const }, { grounding: 'extracted' as const }];
    expect(closingOf({ notice: 'Call us.', offer: 'A person?' }, [none])).toEqual({ text: 'Call us.', offered: false });
    expect(closingOf({ offer: 'A person?' }, [none])).toEqual({ text: 'A person?', offered: true });
    expect(closingOf({ offer: 'A person?' }, [none, quoted])).toBeUndefined();
  });
});

describe('joinSaid', () => {
  const said = (text: string, more: Partial<Said> = {}): Said => ({
    text,
    citations: [{ document: 'a', title: 'A', passage: 'a#0', score: 1 }],
    choices: [],
    unanswered: [],
    offered: false,
    grounding: 'extracted',
    ...more,
  });

  it('joins texts, and citations without repetition', () => {
    expect(joinSaid([said('One.'), said('Two.', { offered: true })])).toEqual(said('One. Two.', { offered: true }));
  });

  it.each([
    ['extracted', 'none', 'extracted'],
    ['none', 'generated', 'generated'],
    ['generated', 'extracted', 'repaired'],
    ['none', 'none', 'none'],
  ] as const)('makes of %s and %s one that is %s', (one, other, joined) => {
    const answers = [said('One.', { grounding: one }), said('Two.', { grounding: other })];
    expect(joinSaid(answers).grounding).toBe(joined);
  });
});
