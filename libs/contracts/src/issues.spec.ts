import { z } from 'zod';
import { describeIssue, pathOf } from './issues.js';

const schema = z.strictObject({
  limit: z.number().int().min(1).max(500).default(1),
  text: z.string().min(1).max(5).default('x'),
  tags: z.array(z.string()).min(1).max(2).default(['a']),
  kind: z.enum(['a', 'b']).default('a'),
  data: z.base64().default(''),
  id: z
    .string()
    .regex(/^[a-z]+$/)
    .default('a'),
  own: z.string('Send your own text.').default('x'),
  rate: z.number().gt(0).default(1),
  either: z.union([z.number(), z.boolean()]).default(1),
  inner: z.object({ name: z.string() }).optional(),
});
const told = (value: unknown) => describeIssue(schema.safeParse(value).error!.issues[0]!);

describe('describeIssue', () => {
  it.each([
    [{ limit: 501 }, "'limit' must be at most 500."],
    [{ limit: 0 }, "'limit' must be at least 1."],
    [{ limit: 1.5 }, "'limit' must be a whole number."],
    [{ limit: '5' }, "'limit' must be a number."],
    [{ text: '' }, "'text' must have at least 1 character."],
    [{ text: 'abcdef' }, "'text' must have at most 5 characters."],
    [{ text: null }, "'text' must be a text."],
    [{ tags: [] }, "'tags' must have at least 1 item."],
    [{ tags: ['a', 'b', 'c'] }, "'tags' must have at most 2 items."],
    [{ tags: ['a', 2] }, "'tags.1' must be a text."],
    [{ kind: 'c' }, "'kind' must be one of: a, b."],
    [{ data: '@@' }, "'data' must be base64."],
    [{ id: 'A' }, "'id' must have the form /^[a-z]+$/."],
    [{ rate: 0 }, "'rate' must be more than 0."],
    [{ either: 'x' }, "'either' must have one of the documented forms."],
    [{ inner: {} }, "'inner.name' is missing; it must be a text."],
    [{ other: 1 }, "The body must not have 'other'."],
    [[], 'The body must be an object.'],
  ])('says what a field may be: %j', (value, words) => expect(told(value)).toBe(words));

  it('keeps the words that a schema states itself', () => expect(told({ own: 1 })).toBe('Send your own text.'));
});

describe('pathOf', () => {
  it.each([
    [{ limit: 0 }, ['limit']],
    [{ other: 1 }, ['other']],
    [{ inner: {} }, ['inner', 'name']],
  ])('leads to the value at fault, also to an unknown member: %j', (value, path) =>
    expect(pathOf(schema.safeParse(value).error!.issues[0]!)).toEqual(path),
  );
});
