import { Placing } from '../model/placing.js';
import type { Problem } from '../model/problem.js';
import { largestFirst, roomWithCompany } from './order.js';
import { placeOne } from './place-one.js';

/**
 * Best fit decreasing: the largest replicas first, each on the node where it costs least, of equals on the fullest. The
 * plan that searches begin with.
 */
export function decreasing(problem: Problem): Placing {
  const placing = new Placing(problem);
  const room = roomWithCompany(problem);
  for (const group of largestFirst(problem))
    // Replicas of a group are alike: if one does not fit, no further one does.
    for (let item = placing.first[group]!; item < placing.first[group + 1]! && placeOne(placing, item, room);) item++;
  placing.prune();
  return placing;
}
