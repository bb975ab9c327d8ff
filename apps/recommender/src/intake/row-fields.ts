/** Common column names of foreign files for our fields, in lower case without `_`, `-` and spaces. */
const INTERACTION_FIELDS: Readonly<Record<string, string>> = {
  user: 'user',
  userid: 'user',
  customer: 'user',
  customerid: 'user',
  item: 'item',
  itemid: 'item',
  product: 'item',
  productid: 'item',
  movieid: 'item',
  event: 'event',
  eventtype: 'event',
  value: 'value',
  rating: 'value',
  weight: 'value',
  at: 'at',
  time: 'at',
  timestamp: 'at',
  date: 'at',
};
const ITEM_FIELDS: Readonly<Record<string, string>> = {
  id: 'id',
  item: 'id',
  itemid: 'id',
  productid: 'id',
  movieid: 'id',
  title: 'title',
  name: 'title',
  text: 'text',
  description: 'text',
  category: 'category',
  instock: 'inStock',
};

/** Longer names are not recognised. */
const MAX_NAME_LENGTH = 64;

/** The normalised name of a column of interactions; undefined for an unknown column. */
export function interactionColumn(name: string): string | undefined {
  return plainName(name, INTERACTION_FIELDS);
}

/** The normalised name of a column of items; undefined for an unknown column. */
export function itemColumn(name: string): string | undefined {
  return plainName(name, ITEM_FIELDS);
}

/** Converts a row of a file to an interaction of the contract: field names, numbers, and Unix seconds as RFC 3339. */
export function interactionFields(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = rename(row, INTERACTION_FIELDS);
  const isRating = Object.keys(row).some((name) => interactionColumn(name) === 'rating');
  return {
    ...fields,
    ...text('user', fields),
    ...text('item', fields),
    ...('value' in fields ? { value: numberOf(fields['value']) } : {}),
    ...('at' in fields ? { at: timeOf(fields['at']) } : {}),
    ...(isRating && !('event' in fields) ? { event: 'rate' } : {}),
  };
}

/** Converts a row of a file to an item of the contract. */
export function itemFields(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = rename(row, ITEM_FIELDS);
  return { ...fields, ...text('id', fields), ...('inStock' in fields ? { inStock: flagOf(fields['inStock']) } : {}) };
}

/** Renames known fields. Empty fields and unknown columns are omitted. */
function rename(
  row: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === '' || value === null) continue;
    const ours = names[plainName(name, names) ?? ''];
    if (ours !== undefined && !(ours in renamed)) renamed[ours] = emptied(value);
  }
  return renamed;
}

/** A nested value is invalid in every field and can be huge: it is replaced by an empty one. */
function emptied(value: unknown): unknown {
  if (typeof value !== 'object') return value;
  return Array.isArray(value) ? [] : {};
}

function plainName(name: string, names: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(names, name)) return name;
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const plain = name.toLowerCase().replace(/[_\s-]+/g, '');
  return Object.hasOwn(names, plain) ? plain : undefined;
}

function text(field: string, fields: Record<string, unknown>): Record<string, unknown> {
  const value = fields[field];
  if (typeof value === 'number') return { [field]: String(value) };
  return typeof value === 'string' ? { [field]: value.trim() } : {};
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** Greater numbers are milliseconds: in seconds they would be later than the year 5138. */
const MAX_SECONDS = 1e11;

function timeOf(value: unknown): unknown {
  const number = numberOf(value);
  if (typeof number !== 'number' || Number.isNaN(number)) return value;
  const date = new Date(Math.abs(number) < MAX_SECONDS ? number * 1_000 : number);
  return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

function flagOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  return ['1', 'true', 'yes', 'y'].includes(word) ? true : ['0', 'false', 'no', 'n'].includes(word) ? false : value;
}
