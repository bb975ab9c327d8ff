import { topicOfBare } from './bare-reply.js';
import type { Turn } from './ports/turn-store.port.js';

const turn = (more: Partial<Turn>): Turn => ({ text: 'x', answer: 'y', citations: [], choices: [], ...more });
const answered = turn({ question: 'How much is a lesson?', citations: [{ document: 'fees', title: 'Fees' }] });
const askedBack = turn({ question: 'fees', choices: [{ document: 'fees', title: 'Fees' }] });

describe('topicOfBare', () => {
  it.each([
    ['yes', undefined, 'greeting'],
    ['no', undefined, 'greeting'],
    ['yes', turn({}), 'greeting'],
    ['no', turn({}), 'goodbye'],
    ['nope, sorry', answered, 'unhelped'],
    ['no', askedBack, 'unhelped'],
    ['neither of them', askedBack, 'unhelped'],
    ['no', turn({ question: 'fees', offered: true }), 'denied'],
    ['exactly', answered, 'thanks'],
    ['yes', askedBack, undefined],
    ['the first', askedBack, undefined],
    ['no, my room', askedBack, undefined],
    ['no parking', undefined, undefined],
  ] as const)('of %j', (text, last, topic) => expect(topicOfBare(text, last)).toBe(topic));
});
