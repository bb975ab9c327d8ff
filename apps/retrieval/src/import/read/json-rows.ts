/** An object of a file: a question and its answer, or a title and a text, under one of many names. */
export type Row = Readonly<Record<string, unknown>>;

/** The common names of the columns, or keys, without case, spaces and marks. */
export const TITLES = `question q title heading headline prompt instruction query name subject frage pregunta domanda
  pergunta vraag 问题 問題 вопрос`.split(/\s+/u);
export const TEXTS = `answer a text content body response reply completion output acceptedanswer answers description
  antwort réponse reponse respuesta risposta resposta antwoord 答案 回答 答え ответ`.split(/\s+/u);
/** Who writes the messages of a chat. */
const ASKERS = ['user', 'human', 'customer', 'client', 'prompter'];
const ANSWERERS = ['assistant', 'gpt', 'agent', 'bot', 'support', 'model'];
const MAX_DEPTH = 12;

/**
 * The rows of a JSON document, in order, however deep they are: in lists, under keys such as `faq`, in categories, as
 * questions with their answers as values, as chats, or as the `FAQPage` of schema.org. Undefined if it is none of them.
 */
export function rowsOf(value: unknown, depth = 0): Row[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    if (!value.every(isRow)) return undefined;
    return value.flatMap((each) => rowsOf(each, depth + 1) ?? [each]);
  }
  if (!isRow(value)) return undefined;
  const chat = chatOf(value);
  if (chat.length > 0) return chat;
  const nested = Object.values(value).flatMap((each) => (isContainer(each) ? (rowsOf(each, depth + 1) ?? []) : []));
  // A category has a text of its own and rows below it; the parts of an answer have no title.
  if (valueOf(value, TEXTS) !== undefined) return [value, ...nested.filter(isWhole)];
  if (nested.length > 0) return nested;
  const pairs = Object.entries(value);
  const isPairs = pairs.length > 0 && pairs.every(([, answer]) => typeof answer === 'string');
  return isPairs && (depth === 0 || pairs.every(([question]) => /\s/u.test(question)))
    ? pairs.map(([question, answer]) => ({ question, answer }))
    : undefined;
}

function isWhole(row: Row): boolean {
  return valueOf(row, TITLES) !== undefined && valueOf(row, TEXTS) !== undefined;
}

/** The value under the first of the names that has one; a list of texts as paragraphs. */
export function valueOf(row: Row, names: readonly string[]): string | undefined {
  const byName = new Map(Object.entries(row).map(([name, value]) => [plain(name), value]));
  for (const name of names) {
    const text = textIn(byName.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A name without case, spaces and marks. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function textIn(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.trim() || undefined;
  if (depth > 2) return undefined;
  if (Array.isArray(value)) {
    const texts = value.flatMap((each: unknown) => textIn(each, depth + 1) ?? []);
    return texts.length === value.length ? texts.join('\n\n') || undefined : undefined;
  }
  return isRow(value) ? textIn(value['text'] ?? value['answer'] ?? value['content'], depth + 1) : undefined;
}

/** Each message of a customer that is answered. */
function chatOf(row: Row): Row[] {
  const chat = [row['messages'], row['conversations'], row['conversation'], row['turns']].find(Array.isArray);
  const messages = (chat ?? []).filter(isRow).map((message) => ({
    from: String(message['role'] ?? message['from'] ?? '').toLowerCase(),
    text: textIn(message['content'] ?? message['value'] ?? message['text']),
  }));
  return messages.flatMap(({ from, text }, n) => {
    const next = messages[n + 1];
    const isAnswered = ASKERS.includes(from) && next !== undefined && ANSWERERS.includes(next.from);
    return isAnswered ? [{ question: text, answer: next.text }] : [];
  });
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isRow) : isRow(value);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
