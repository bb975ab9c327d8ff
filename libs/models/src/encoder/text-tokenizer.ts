import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { Tokenizer } from '@huggingface/tokenizers';

/** The tokens of a text, always with the closing special token. */
export interface TextTokens {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}

/** Characters per token beyond which a text is cut before it is tokenised: truncation would drop them anyway. */
const MAX_CHARS_PER_TOKEN = 32;

/** Splits texts into the tokens of an encoder, at most `maxTokens`. */
export class TextTokenizer {
  /** @throws LlmosError UNAVAILABLE if the file is not a tokenizer. */
  static async load(path: string, maxTokens: number): Promise<TextTokenizer> {
    try {
      return new TextTokenizer(new Tokenizer(JSON.parse(await readFile(path, 'utf8')) as object, {}), maxTokens);
    } catch (cause) {
      const message = `The tokenizer could not be read from ${path}. Is it a tokenizer.json?`;
      throw new LlmosError('UNAVAILABLE', message, { cause });
    }
  }

  private constructor(
    private readonly tokenizer: Tokenizer,
    private readonly maxTokens: number,
  ) {}

  tokenise(text: string): TextTokens {
    const { maxTokens } = this;
    const { ids, tokens } = this.tokenizer.encode(text.slice(0, maxTokens * MAX_CHARS_PER_TOKEN));
    const cut = <T>(all: T[]): T[] =>
      all.length <= maxTokens ? all : [...all.slice(0, maxTokens - 1), ...all.slice(-1)];
    return { ids: cut(ids), tokens: cut(tokens) };
  }
}
