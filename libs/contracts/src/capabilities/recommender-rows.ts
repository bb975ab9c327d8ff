import type { z } from 'zod';
import { interactionSchema, itemSchema, type Interaction, type Item } from './recommender.js';
import { RULES, type FieldRule, type RowKind } from './recommender-columns.js';

export type { RowKind };

/**
 * A row in the form of the contract, or the first fault: the field as the caller wrote it, or as the contract has it if it
 * is missing. The reason names the field, never its value.
 */
export type ReadRow<T> =
  | { readonly value: T; readonly reason?: undefined }
  | { readonly value?: undefined; readonly field: string; readonly reason: string };

const NAMES = { interactions: namesOf(RULES.interactions), items: namesOf(RULES.items) };
const NEEDED: Readonly<Record<RowKind, readonly string[]>> = { interactions: ['user', 'item'], items: ['id', 'title'] };
const PROPERTIES = ['properties', 'event_properties', 'eventProperties'];
/** Longer names are not recognised. */
const MAX_NAME_LENGTH = 64;

/** Rows with more fields are not read, and longer values not converted: both would take seconds. */
const MAX_FIELDS = 5_000;
const MAX_CONVERTED_CHARACTERS = 4_096;
const MAX_CONVERTED_ITEMS = 1_000;

/** A header that is understood, for messages. */
export const EXAMPLE_HEADER: Readonly<Record<RowKind, string>> = {
  interactions: 'user,item,event,value,at',
  items: 'id,title,text,category,price,in_stock',
};

/**
 * One rule for a row from JSON, JSON Lines, CSV and events: `user_id`, `userId` and `customer` are the same field, ids
 * may be numbers, times may be Unix or SQL times, and an event has one spelling. Unknown fields are left out.
 */
export function readInteraction(row: unknown): ReadRow<Interaction> {
  return read(row, 'interactions', interactionSchema);
}

/** The same for items: `sku`, `name`, `in_stock` and others are understood. */
export function readItem(row: unknown): ReadRow<Item> {
  return read(row, 'items', itemSchema);
}

/** The rule of a column or field by its name in the caller's data; undefined for an unknown one. */
export function columnOf(kind: RowKind, name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  // Other control characters stay: text in another encoding is no name.
  const letters = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/\s|[^\p{L}\p{N}\p{Cc}]/gu, '');
  return NAMES[kind].get(letters);
}

/** The fields without which no row can be read and that are not among these columns. */
export function missingColumns(kind: RowKind, names: readonly string[]): string[] {
  const rules = names.flatMap((name) => columnOf(kind, name) ?? []);
  const known = new Set(rules.map((rule) => RULES[kind][rule]!.field ?? rule));
  return NEEDED[kind].filter((field) => !known.has(field));
}

/** The fields of a row that are read, in its own words: rows that wait can have many others. */
export function knownFields(kind: RowKind, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [name, value] of entriesOf(row)) {
    const rule = columnOf(kind, name);
    if (rule !== undefined) known[name] ??= emptied(value, rule);
  }
  return known;
}

/** The fields of a row, then those of its properties, as messages of analytics have them. */
function entriesOf(row: Readonly<Record<string, unknown>>): [string, unknown][] {
  const inner = PROPERTIES.map((name) => row[name]).filter((value) => typeof value === 'object' && value !== null);
  return [row, ...inner].flatMap((each) => Object.entries(each as Record<string, unknown>));
}

function read<T>(row: unknown, kind: RowKind, schema: z.ZodType<T>): ReadRow<T> {
  const isObject = typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!isObject) return { field: '', reason: 'must be an object' };
  if (hasManyFields(row as Record<string, unknown>)) return { field: '', reason: `has over ${MAX_FIELDS} fields` };
  const { fields, names } = fieldsOf(row as Record<string, unknown>, kind);
  const parsed = schema.safeParse(fields);
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0]!;
  const [first = '', ...rest] = issue.path.map(String);
  const field = [names.get(first === 'categories' ? 'category' : first) ?? first, ...rest].join('.');
  return { field, reason: field === '' ? issue.message : `${field}: ${issue.message}` };
}

/**
 * The known fields, converted, and their names in the row. If several have the same meaning, the first that is not empty
 * counts, a weak one last.
 */
function fieldsOf(row: Readonly<Record<string, unknown>>, kind: RowKind) {
  const fields: Record<string, unknown> = {};
  const names = new Map<string, string>();
  const weakly = new Set<string>();
  let isRating = false;
  for (const [name, value] of entriesOf(row)) {
    if (value === '' || value === null || value === undefined) continue;
    const rule = columnOf(kind, name);
    if (rule === undefined) continue;
    const { convert, field = rule, weak = false } = RULES[kind][rule]!;
    if (field in fields && (weak || !weakly.has(field))) continue;
    const converted = field !== 'text' && isLong(value) ? value : convert(value);
    if (converted === '') continue;
    fields[field] = emptied(converted, field);
    names.set(field, name);
    if (weak) weakly.add(field);
    else weakly.delete(field);
    isRating ||= rule === 'rating';
  }
  if (isRating && !('event' in fields)) fields['event'] = 'rate';
  return { fields: kind === 'items' ? withCategories(fields) : fields, names };
}

function hasManyFields(row: Readonly<Record<string, unknown>>): boolean {
  const objects = [row, ...PROPERTIES.map((name) => row[name])];
  return objects.some((each) => typeof each === 'object' && each !== null && Object.keys(each).length > MAX_FIELDS);
}

function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > MAX_CONVERTED_CHARACTERS;
  return Array.isArray(value) && (value.length > MAX_CONVERTED_ITEMS || value.some(isLong));
}

function withCategories({ category, ...fields }: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(category)) return category === undefined ? fields : { ...fields, category };
  const list = category as unknown[];
  if (list.length === 0) return fields;
  return { ...fields, category: list[0], ...(list.length > 1 ? { categories: list } : {}) };
}

/** A nested value is invalid in every field and can be huge: it is replaced by an empty one. */
function emptied(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || field === 'category') return value;
  return Array.isArray(value) ? [] : {};
}

function namesOf(rules: Readonly<Record<string, FieldRule>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(rules).flatMap(([rule, { names }]) => names.map((name) => [name, rule] as const)));
}
