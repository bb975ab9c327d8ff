import { createRequire } from 'node:module';
import type EmojiData from 'unicode-emoji-json/data-by-emoji.json';

const emojiData = createRequire(import.meta.url)('unicode-emoji-json') as typeof EmojiData;

const TONE = /[\u{1F3FB}-\u{1F3FF}]/gu;
const STYLE = /\uFE0F/gu;
const JOINER = '\u200D';
/** An emoji with its tone and style, or several that are joined to one; the two letters of a flag. */
const EMOJI =
  /\p{Regional_Indicator}{2}|(?=[^\d#*])\p{Emoji}[\u{1F3FB}-\u{1F3FF}\uFE0F]*(?:\u200D\p{Emoji}[\u{1F3FB}-\u{1F3FF}\uFE0F]*)*/gu;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(emojiData).map(([emoji, { name }]) => [bare(emoji), name]),
);

/**
 * Writes the emoji of a text as the names that Unicode gives them: `Service 😡` becomes `Service (enraged face)`. The
 * encoder has no token for most emoji; their names are words it knows. A repeated emoji is named once.
 */
export function withEmojiInWords(text: string): string {
  let last = '';
  let end = -1;
  return text.replace(EMOJI, (emoji, at: number) => {
    const name = nameOf(emoji);
    if (name === undefined) return emoji;
    const isRepeated = name === last && at === end;
    [last, end] = [name, at + emoji.length];
    return isRepeated ? '' : ` (${name}) `;
  });
}

/** The name of a joined emoji, or the names of its parts if it has none of its own. */
function nameOf(emoji: string): string | undefined {
  const whole = NAMES.get(bare(emoji));
  if (whole !== undefined) return whole;
  const parts = emoji.split(JOINER).flatMap((part) => NAMES.get(bare(part)) ?? []);
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** Without skin tone and style: they change the look, not the meaning. */
function bare(emoji: string): string {
  return emoji.replace(TONE, '').replace(STYLE, '');
}
