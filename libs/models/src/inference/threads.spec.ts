import { availableParallelism } from 'node:os';
import { threadsWithin } from './threads.js';

it('threadsWithin gives no more threads than there are processors', () => {
  expect(threadsWithin(1)).toBe(1);
  expect(threadsWithin(10_000)).toBe(availableParallelism());
});
