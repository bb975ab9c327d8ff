import type { Item } from '@llmos/contracts/capabilities/recommender';

/** The text of an item that is embedded: its category tells what few words of a description do not. */
export function embeddedText({ title, text, category, categories }: Item): string {
  const kinds = categories ?? (category === undefined ? [] : [category]);
  return `${text === '' ? title : `${title}. ${text}`}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
}
