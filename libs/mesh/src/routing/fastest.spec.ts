import { fastest, type Candidate } from './fastest.js';

const COSTS = { fixedMs: 10, perTaskMs: 50, perKilocharMs: 1_000 };
const PREFIX = [
  { key: 'a', kilochars: 1 },
  { key: 'b', kilochars: 1 },
];
const replica = (place: number, own: Partial<Candidate> = {}): Candidate => ({
  ...{ place, tasks: 0, unreadKilochars: 0, costs: COSTS, trust: 1, held: new Set<string>() },
  ...own,
});

describe('fastest', () => {
  it('prefers the replica that holds the beginning, until its load costs more than reading it again', () => {
    const holder = (unreadKilochars: number) => replica(0, { held: new Set(['a']), unreadKilochars });
    expect(fastest([holder(0), replica(1)], PREFIX)).toEqual({ place: 0, expectedMs: 1_010, heldKilochars: 1 });
    expect(fastest([holder(0.9), replica(1)], PREFIX)?.place).toBe(0);
    expect(fastest([holder(1.1), replica(1)], PREFIX)?.place).toBe(1);
  });

  it('avoids a slow replica, and tries one of which nothing is known like the best of the others', () => {
    const slow = replica(0, { costs: { ...COSTS, perKilocharMs: 4_000 }, held: new Set(['a']) });
    expect(fastest([slow, replica(1)], PREFIX)?.place).toBe(1);
    const rested = { ...slow, trust: 0 };
    expect(fastest([rested, replica(1)], PREFIX)?.place).toBe(0);
  });

  it('chooses the same of equal replicas for the same prefix, and not the same for all', () => {
    const equals = [replica(0), replica(1), replica(2)];
    const place = (key: string) => fastest(equals, [{ key, kilochars: 1 }])?.place;
    const places = Array.from({ length: 30 }, (_, n) => place(`key ${n}`));
    expect(new Set(places)).toEqual(new Set([0, 1, 2]));
    expect(Array.from({ length: 30 }, (_, n) => place(`key ${n}`))).toEqual(places);
  });

  it('chooses nothing where there is nothing', () => {
    expect(fastest([], PREFIX)).toBeUndefined();
  });
});
