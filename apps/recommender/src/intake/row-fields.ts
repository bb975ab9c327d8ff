/** The names that other people's files give to our fields, lower-case without `_`, `-` and spaces. */
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

/** A row of a file as the contract's interaction: known names, numbers for numbers, RFC 3339 for Unix seconds. */
export function interactionFields(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = rename(row, INTERACTION_FIELDS);
  const isRating = Object.keys(row).some((name) => normalise(name) === 'rating');
  return {
    ...fields,
    ...text('user', fields),
    ...text('item', fields),
    ...('value' in fields ? { value: numberOf(fields['value']) } : {}),
    ...('at' in fields ? { at: timeOf(fields['at']) } : {}),
    ...(isRating && !('event' in fields) ? { event: 'rate' } : {}),
  };
}

/** A row of a file as the contract's item. */
export function itemFields(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = rename(row, ITEM_FIELDS);
  return { ...fields, ...text('id', fields), ...('inStock' in fields ? { inStock: flagOf(fields['inStock']) } : {}) };
}

/** Empty fields of a CSV file are absent ones; columns that say nothing to us are passed over. */
function rename(
  row: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const known = normalise(name);
    const ours = Object.hasOwn(names, known) ? names[known] : undefined;
    if (ours !== undefined && value !== '' && value !== null && !(ours in renamed)) renamed[ours] = value;
  }
  return renamed;
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[_\s-]+/g, '');
}

function text(field: string, fields: Record<string, unknown>): Record<string, unknown> {
  const value = fields[field];
  if (typeof value === 'number') return { [field]: String(value) };
  return typeof value === 'string' ? { [field]: value.trim() } : {};
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** Later than this in seconds is the year 5138: then they are milliseconds. */
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
