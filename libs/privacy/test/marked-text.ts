/** A text whose personal data is marked as `<type:value>`, without the marks, and what is marked. */
export function readMarked(marked: string): { text: string; values: string[] } {
  const values = [...marked.matchAll(/<(\w+):([^>]+)>/g)].map(([, type, value]) => `${type}:${value}`);
  return { text: marked.replace(/<\w+:([^>]+)>/g, '$1'), values };
}
