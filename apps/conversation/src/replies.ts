import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { topicSchema } from '@llmos/contracts/capabilities/conversation';
import { parse } from 'yaml';
import { z } from 'zod';
import { LANGUAGES, type Language } from './language.js';

const TOPICS = topicSchema.exclude(['question']);
export type ReplyTopic = z.infer<typeof TOPICS>;
/** `urgent` is said after the answer to somebody in danger, `offer` after the second question without an answer. */
const TEXTS = [...TOPICS.options, 'urgent', 'offer'] as const;

const textsSchema = z.strictObject(
  Object.fromEntries(TEXTS.map((topic) => [topic, z.string().trim().min(1).max(500)])) as Record<
    (typeof TEXTS)[number],
    z.ZodString
  >,
);
const fileSchema = z.strictObject(
  Object.fromEntries(LANGUAGES.map((language) => [language, textsSchema])) as Record<Language, typeof textsSchema>,
);

/** The texts of small talk, for each language and topic. */
export type Replies = z.infer<typeof fileSchema>;

/** Reads the replies. @throws LlmosError UNAVAILABLE naming the file and the first missing or wrong text. */
export async function readReplies(path: string): Promise<Replies> {
  try {
    return fileSchema.parse(parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : String(cause);
    throw new LlmosError('UNAVAILABLE', `The replies ${path} cannot be used: ${reason}. Correct the file.`, { cause });
  }
}
