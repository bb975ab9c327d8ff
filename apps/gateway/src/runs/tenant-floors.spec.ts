import { z } from 'zod';
import { parseFloors } from './tenant-floors.js';

describe('LLMOS_TENANT_FLOORS', () => {
  const parse = (text: string) => z.string().transform(parseFloors).safeParse(text);

  it('is a share for each tenant', () => {
    expect(parse('acme=0.25, bank=.1').data).toEqual(
      new Map([
        ['acme', 0.25],
        ['bank', 0.1],
      ]),
    );
    expect(parse('').data).toEqual(new Map());
  });

  it.each(['acme', 'acme=1', 'acme=-0.1', 'acme=25%', 'a b=0.1', 'acme=0.1,acme=0.2', 'acme=0.5,bank=0.45'])(
    'is refused without its value: %s',
    (text) => {
      const { error } = parse(text);
      expect(error?.issues[0]?.message).toMatch(/^must /);
      expect(error?.issues[0]?.message).not.toContain('0.45');
    },
  );
});
