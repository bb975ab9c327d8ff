import { readFile } from 'node:fs/promises';

/** Ids below this one control the decoder (unknown, start, end) and are never text. */
const FIRST_TEXT_ID = 3;
const SPACE_MARK = '\u2581';

/** Turns Moonshine's token ids back into text. */
export class MoonshineTokens {
  private constructor(private readonly tokens: readonly Uint8Array[]) {}

  static async load(path: string): Promise<MoonshineTokens> {
    return MoonshineTokens.parse(await readFile(path));
  }

  /**
   * Reads `tokenizer.bin`: for each id in order its length, then that many bytes. A length from 128 on takes two
   * bytes, the low seven bits first. Letters without a token of their own are spelt byte by byte with ids 3 to 258.
   *
   * @throws Error if the file ends inside a token.
   */
  static parse(file: Uint8Array): MoonshineTokens {
    const tokens: Uint8Array[] = [];
    for (let at = 0; at < file.length;) {
      const low = file[at++] as number;
      const length = low < 128 ? low : (file[at++] ?? 0) * 128 + low - 128;
      if (at + length > file.length)
        throw new Error(`tokenizer.bin ends inside token ${tokens.length}; fetch it again.`);
      tokens.push(file.subarray(at, at + length));
      at += length;
    }
    return new MoonshineTokens(tokens);
  }

  /** Text with single spaces, trimmed. Ids without text are skipped. */
  decode(ids: readonly number[]): string {
    const bytes = ids.map((id) => (id < FIRST_TEXT_ID ? undefined : this.tokens[id]) ?? new Uint8Array());
    const text = new TextDecoder().decode(Buffer.concat(bytes)).replaceAll(SPACE_MARK, ' ');
    return withoutLoneQuotes(text.replace(/\s+/g, ' ').trim());
  }
}

/** The model opens quotations that it does not close, mostly at the beginning: `"'My card has not arrived.` */
function withoutLoneQuotes(text: string): string {
  const isPaired = (text.match(/"/g) ?? []).length % 2 === 0;
  const plain = isPaired ? text : text.replaceAll('"', '');
  return /^'/.test(plain) && !/\S'(?!\p{L})/u.test(plain.slice(1)) ? plain.slice(1) : plain;
}
