import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import { rankSources } from './ranking.js';
import { sourcesOf } from './sources.js';

function passageOf(units: readonly PassageUnit[]): Passage {
  const text = units.flatMap(({ headings, text: said }) => [...headings, said]).join('\n');
  return {
    id: 'doc#0',
    document: 'doc',
    title: 'Dental emergencies',
    text,
    score: 1,
    similarity: 0.6,
    units: [...units],
  };
}

const best = (question: string, ...units: PassageUnit[]) =>
  rankSources(question, sourcesOf([passageOf(units)]))[0]?.text;

describe('rankSources', () => {
  const opening = {
    kind: 'text',
    text: 'We keep two appointments free every day. Call at 8 am.',
    headings: [],
    sentences: [
      { text: 'We keep two appointments free every day.', similarity: 0.3 },
      { text: 'Call at 8 am.', similarity: 0.25 },
    ],
  } as const;
  const swelling = {
    kind: 'text',
    text: 'Swelling with trouble breathing is dangerous: go to hospital at once.',
    headings: ['My face is swollen'],
    sentences: [{ text: 'Swelling with trouble breathing is dangerous: go to hospital at once.', similarity: 0.6 }],
  } as const;

  it('prefers the sentence that is nearest to the question to the opening of its document', () => {
    expect(best('its puffed up and i cant get air', copy(opening), copy(swelling))).toBe(swelling.text);
  });

  it('knows a sentence that was cut or written in another way where it was compared', () => {
    const marked = {
      ...copy(swelling),
      text: '**Swelling** with trouble breathing is dangerous: go to hospital at once.',
    };
    expect(best('its puffed up and i cant get air', copy(opening), marked)).toBe(swelling.text);
  });

  it('says to somebody in danger first what must be done at once', () => {
    const unit = (text: string, similarity: number, headings: string[] = []): PassageUnit => ({
      kind: 'text',
      text,
      headings,
      sentences: [{ text, similarity }],
    });
    const first = unit('If someone uses your card, freeze it immediately under Cards.', 0.4);
    const later = unit('Tap each fraudulent payment and choose Get help.', 0.6, ['Replace the card']);
    const sources = sourcesOf([passageOf([first, later])]);
    expect(rankSources('they have robbed me', sources)[0]?.text).toBe(later.text);
    expect(rankSources('they have robbed me', sources, true)[0]?.text).toBe(first.text);
  });

  it('prefers steps for somebody in danger, who does not ask what to do', () => {
    const first = {
      kind: 'text',
      text: 'Do not ring us first.',
      headings: [],
      sentences: [{ text: 'Do not ring us first.', similarity: 0.48 }],
    } as const;
    const text = 'Call the gas service: 1. Open the windows. 2. Leave the house.';
    const steps = { kind: 'steps', text, headings: [], sentences: [{ text, similarity: 0.3 }] } as const;
    const sources = sourcesOf([passageOf([copy(first), { ...steps, headings: [], sentences: [...steps.sentences] }])]);
    const [told] = rankSources('it stinks of rotten eggs here', sources, true);
    expect(told?.text).toBe(text);
    expect(rankSources('it stinks of rotten eggs here', sources)[0]?.text).toBe(first.text);
  });

  it('answers the line of a follow-up, and not again its context', () => {
    const hours = (name: string, similarity: number): PassageUnit => {
      const text = `${name}: every day from 8 am to 7 pm.`;
      return { kind: 'text', text, headings: [], sentences: [{ text, similarity }] };
    };
    expect(best('when is the reception open\nthe shop?', hours('The reception', 0.4), hours('The shop', 0.45))).toMatch(
      /^The shop/,
    );
    expect(best('when is the reception open', hours('The reception', 0.5), hours('The shop', 0.45))).toMatch(
      /^The reception/,
    );
  });

  it('finds check-up by checkup', () => {
    const row = { kind: 'row', text: 'Prices – Treatment: Check-up; Price: £48.', headings: [] } as const;
    const other = { kind: 'text', text: 'A child pays £22 for an examination.', headings: ['Prices'] } as const;
    expect(best('how much is a checkup', { ...other, headings: ['Prices'] }, { ...row, headings: [] })).toBe(row.text);
  });

  it('takes the opening where sentences were not compared and none has a word of the question', () => {
    const plain = (unit: typeof opening | typeof swelling): PassageUnit => ({ ...copy(unit), sentences: undefined });
    expect(best('its puffed up and i cant get air', plain(opening), plain(swelling))).toBe(
      'We keep two appointments free every day.',
    );
  });
});

function copy(unit: { kind: 'text'; text: string; headings: readonly string[]; sentences: readonly unknown[] }) {
  return structuredClone(unit) as unknown as PassageUnit;
}
