import { z } from 'zod';
import { capability } from '../capability.js';
import { choiceSchema, citationSchema } from './retrieval.js';

/** Any text: the caller may choose it. Empty is none. */
export const conversationIdSchema = z.string().max(64);

/**
 * What a message is about. `question`: it is to be answered from documents. `language`: a question in a language that
 * is not answered. `unhelped`: the answer before did not help. `denied`: what is not wanted, and nothing else.
 * `distress`: somebody may come to harm. All others are small talk, and a request for a person.
 */
export const topicSchema = z.enum([
  'question',
  'greeting',
  'thanks',
  'goodbye',
  'identity',
  'robot',
  'repeat',
  'insult',
  'person',
  'unhelped',
  'denied',
  'distress',
  'language',
]);

export const understand = capability({
  name: 'conversation.understand',
  summary: 'Understands a message in its conversation: small talk is answered, a follow-up becomes a whole question.',
  timeoutMs: 5_000,
  input: z.object({
    text: z.string().min(1).max(4_000),
    /** Absent: the message begins a conversation. */
    conversation: conversationIdSchema.optional(),
    /** Who writes. The conversation of another user is not continued: the message begins one. */
    user: z.string().min(1).max(200).optional(),
    /** The name of the pipeline's own texts. Absent: the common ones. */
    replies: z.string().min(1).max(64).optional(),
    /** The languages that the documents have: a question in another one is not searched, and the reply says so. */
    languages: z.array(z.string().min(2).max(8)).min(1).max(20).default(['en']),
  }),
  output: z.object({
    /** The conversation's id, for the next message; a new one is that of the run. */
    conversation: z.string(),
    topic: topicSchema,
    /** The message as a question; absent if `reply` answers. */
    question: z.string().optional(),
    /** The questions in the message, as they are searched; empty if `reply` answers. */
    questions: z.array(z.string()).max(3),
    /** Ways in which a single question may be two, each as its halves; the search decides. Absent if there are none. */
    cuts: z.array(z.array(z.string()).min(2).max(2)).max(2).optional(),
    /** The question without the words about danger that `questions` has besides; absent if it has none. */
    ownWords: z.string().optional(),
    /** The answer to small talk; absent if a question is to be answered. */
    reply: z.string().optional(),
    /** What was asked before, if the question may need it. */
    context: z.string().optional(),
    /** How likely it is that the question needs its context. */
    followUp: z.enum(['certain', 'likely', 'possible']),
    /** The offered document that the message chooses; the question is then the one for which it was offered. */
    chosen: z.string().optional(),
    /** Whether the customer wants a person, or should be offered one. */
    handover: z.boolean(),
    /** Whether the customer tells of fraud or danger. */
    urgent: z.boolean(),
    /** To be said after the answer. */
    notice: z.string().optional(),
    /** To be said if this question, too, is not answered: it offers a person after two misses in a row. */
    offer: z.string().optional(),
    /** Whether `reply` offers a person: then "yes" asks for one. */
    offered: z.boolean().optional(),
    /** The language of the conversation; `und` if it is none of those with replies. */
    language: z.string(),
    /** True if earlier messages could not be read. */
    degraded: z.boolean(),
  }),
  example: {
    input: { text: 'Hello there!', conversation: 'c-1' },
    output: {
      conversation: 'c-1',
      topic: 'greeting',
      reply: 'Hello! How can I help you?',
      questions: [],
      followUp: 'possible',
      handover: false,
      urgent: false,
      language: 'en',
      degraded: false,
    },
  },
});

export const record = capability({
  name: 'conversation.record',
  summary: 'Keeps a turn of a conversation for the messages that follow.',
  // A caller waits for his answer meanwhile, and reads nothing of it.
  timeoutMs: 1_500,
  input: z.object({
    conversation: conversationIdSchema,
    /** Whose conversation it is: it is deleted with the user's data. */
    user: z.string().min(1).max(200).optional(),
    /** What the customer wrote. */
    text: z.string().max(4_000),
    /** The question as it was searched; absent for small talk. */
    question: z.string().max(8_000).optional(),
    /** What the customer was told. */
    answer: z.string().max(20_000),
    citations: z.array(citationSchema).max(50).default([]),
    choices: z.array(choiceSchema).max(5).default([]),
    /** What the question is about, if a step has detected it. */
    intent: z.string().max(200).optional(),
    /** Whether a person was offered: then "yes" asks for one. */
    offered: z.boolean().default(false),
  }),
  output: z.object({
    /** False if the turn could not be kept: the conversation goes on without it. */
    kept: z.boolean(),
    degraded: z.boolean(),
  }),
  example: {
    input: {
      conversation: 'c-1',
      text: 'How do I change my PIN?',
      question: 'How do I change my PIN?',
      answer: 'You can change it at any cash machine.',
      citations: [],
      choices: [],
      intent: 'change_pin',
    },
    output: { kept: true, degraded: false },
  },
});

export const forget = capability({
  name: 'conversation.forget',
  summary: 'Deletes the conversations of a user.',
  timeoutMs: 10_000,
  input: z.object({ user: z.string().min(1).max(200) }),
  output: z.object({ conversations: z.number().int().nonnegative() }),
  example: { input: { user: 'u-1' }, output: { conversations: 2 } },
});

/** What a person needs to take over: the data of the event `org.llmos.handover`. */
export const handoverSchema = z.object({
  conversation: z.string(),
  user: z.string().optional(),
  /** What the customer asked, in one text; `transcript` has the rest. */
  summary: z.string(),
  /** What the customer asked about last, by name; absent if none was detected. */
  intent: z.string().optional(),
  /** Oldest first. */
  transcript: z.array(z.object({ customer: z.string(), answer: z.string().optional() })),
  /** Articles that were cited, each once. */
  citations: z.array(z.object({ document: z.string(), title: z.string() })),
  language: z.string(),
  urgent: z.boolean(),
});

export const handOver = capability({
  name: 'conversation.hand_over',
  summary: 'Publishes the conversation as an event for the people who take over, on llmos.out.<tenant>.handover.',
  // A caller waits for his answer meanwhile; whether it was published is in `degraded`.
  timeoutMs: 2_000,
  input: z.object({
    conversation: conversationIdSchema,
    user: z.string().min(1).max(200).optional(),
    /** The message that asked for a person. */
    text: z.string().max(4_000),
    language: z.string().default('en'),
    urgent: z.boolean().default(false),
  }),
  output: z.object({ handover: handoverSchema, degraded: z.boolean() }),
  example: {
    input: { conversation: 'c-1', text: 'Can I talk to a human?', language: 'en', urgent: false },
    output: {
      handover: {
        conversation: 'c-1',
        summary: 'How do I change my PIN?',
        intent: 'change_pin',
        transcript: [
          { customer: 'How do I change my PIN?', answer: 'You can change it at any cash machine.' },
          { customer: 'Can I talk to a human?' },
        ],
        citations: [],
        language: 'en',
        urgent: false,
      },
      degraded: false,
    },
  },
});
