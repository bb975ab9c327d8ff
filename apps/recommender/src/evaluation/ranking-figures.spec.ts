import fc from 'fast-check';
import { figuresOfUser, ranksOf, summarise } from './ranking-figures.js';

describe('ranksOf', () => {
  it('counts the candidates with a higher score', () => {
    expect(ranksOf(Float32Array.of(0.5, 0.75, 0.125, 0.625), [0.75, 0.125])).toEqual([1, 4]);
  });

  it('counts half of the candidates with the same score', () => {
    expect(ranksOf(new Float32Array(101), [0])).toEqual([51]);
  });

  it('ranks an unknown item last', () => {
    expect(ranksOf(Float32Array.of(0.5, 0.75, -Infinity), [-Infinity])).toEqual([3]);
  });

  it('gives the same ranks as counting one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }), (scores) => {
        const higher = scores.filter((score) => score > scores[0]!).length;
        const equal = scores.filter((score) => score === scores[0]).length - 1;
        expect(ranksOf(Float32Array.from(scores), [scores[0]!])).toEqual([1 + higher + equal / 2]);
      }),
    );
  });
});

describe('figuresOfUser', () => {
  it('equals figures computed by hand', () => {
    const [hr10, ndcg10, recall20, recall50, mrr] = figuresOfUser([2, 15, 60]);
    expect(hr10).toBe(1);
    expect(ndcg10).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3) + 1 / 2), 10);
    expect(recall20).toBeCloseTo(2 / 3);
    expect(recall50).toBeCloseTo(2 / 3);
    expect(mrr).toBe(0.5);
  });

  it('divides recall by the number of targets that fit into the list', () => {
    expect(figuresOfUser(Array.from({ length: 40 }, (_, at) => at + 1))[2]).toBe(1);
  });
});

describe('summarise', () => {
  it('returns means with 95 % confidence intervals', () => {
    const users = Array.from({ length: 100 }, (_, user) => figuresOfUser([user % 2 === 0 ? 1 : 1_000]));
    const { hr10, ci95, users: count } = summarise(users, 1_000);
    expect(count).toBe(100);
    expect(hr10).toBe(0.5);
    expect(ci95.hr10![0]).toBeCloseTo(0.5 - 1.959964 * Math.sqrt(0.25 / 99), 6);
    expect(ci95.hr10![1]).toBeCloseTo(0.5 + 1.959964 * Math.sqrt(0.25 / 99), 6);
  });

  it('returns the widest interval when no user was measured', () => {
    expect(summarise([], 5)).toMatchObject({ users: 0, hr10: 0, ci95: { hr10: [0, 1] } });
  });
});
