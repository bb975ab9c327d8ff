import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { topicSchema } from '@llmos/contracts/capabilities/conversation';
import { parse } from 'yaml';
import { z } from 'zod';
import { LANGUAGES, type Language } from './language.js';

const TOPICS = topicSchema.exclude(['question']);
export type ReplyTopic = z.infer<typeof TOPICS>;
/**
 * `urgent` is said after the answer to somebody in danger, `condolence` to somebody whose relative has died, `offer` after
 * the second question without an answer.
 */
const TEXTS = [...TOPICS.options, 'urgent', 'condolence', 'offer'] as const;

const textSchema = z.string().trim().min(1).max(500);
const textsSchema = z.strictObject({
  ...(Object.fromEntries(TEXTS.map((topic) => [topic, textSchema])) as Record<(typeof TEXTS)[number], z.ZodString>),
  /** Said after the greeting and to who asks for the name, where questions are answered in English instead. */
  english: textSchema.optional(),
});
const fileSchema = z.strictObject(
  Object.fromEntries(LANGUAGES.map((language) => [language, textsSchema])) as Record<Language, typeof textsSchema>,
);
/** Any of the texts. */
const partSchema = z.strictObject(
  Object.fromEntries(LANGUAGES.map((language) => [language, textsSchema.partial().optional()])) as Record<
    Language,
    z.ZodOptional<ReturnType<typeof textsSchema.partial>>
  >,
);
const ENDING = /\.ya?ml$/u;

/** The texts of small talk, for each language and topic. */
export type Replies = z.infer<typeof fileSchema>;

/** The texts for every pipeline, and those that pipelines name. */
export class ReplyTexts {
  private constructor(
    private readonly common: Replies,
    private readonly named: ReadonlyMap<string, Replies>,
  ) {}

  /**
   * Reads the common texts, and the files of a folder, `<name>.yaml`, each of which replaces some of them. Without the
   * folder there are none.
   *
   * @throws LlmosError UNAVAILABLE naming the file and the first missing or wrong text.
   */
  static async read(path: string, folder?: string): Promise<ReplyTexts> {
    const common = await readFileAs(fileSchema, path);
    const files =
      folder === undefined ? [] : (await readdir(folder).catch(() => [])).filter((name) => ENDING.test(name));
    const named = new Map<string, Replies>();
    for (const file of files) {
      const part = (await readFileAs(partSchema, join(folder!, file))) as Partial<Replies>;
      const all = LANGUAGES.map((language) => [language, { ...common[language], ...part[language] }] as const);
      named.set(file.replace(ENDING, ''), Object.fromEntries(all) as Replies);
    }
    return new ReplyTexts(common, named);
  }

  /** @throws LlmosError INVALID_ARGUMENT naming the texts that there are. */
  of(name?: string): Replies {
    if (name === undefined) return this.common;
    const texts = this.named.get(name);
    if (texts) return texts;
    const known = [...this.named.keys()].join(', ') || 'none';
    const message = `There are no replies '${name}'; there are: ${known}. Add ${name}.yaml to LLMOS_CONVERSATION_REPLIES_DIR.`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'replies' });
  }
}

/** The texts where questions are answered in these languages: the others say that it is done in English. */
export function repliesIn(languages: readonly string[], texts: Replies): Replies {
  const said = LANGUAGES.map((language) => {
    const { english, ...own } = texts[language];
    if (english === undefined || languages.includes(language)) return [language, own] as const;
    const gap = language === 'zh' ? '' : ' ';
    const [greeting, identity] = [own.greeting, own.identity].map((text) => `${text}${gap}${english}`);
    return [language, { ...own, greeting, identity }] as const;
  });
  return Object.fromEntries(said) as Replies;
}

async function readFileAs<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  try {
    return schema.parse(parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : String(cause);
    throw new LlmosError('UNAVAILABLE', `The replies ${path} cannot be used: ${reason}. Correct the file.`, { cause });
  }
}
