import type { Places } from '../model/problem.js';
import { Search, type Member } from '../search/search.js';
import type { Solver } from './solver.port.js';

/** As in the paper. */
const MEMBERS = 100;
const LEAST_MEMBERS = 6;
/** Where nodes cost something, so many mutations clear so many nodes, on average. */
const CLEARING = 0.5;
const CLEARED = 3;

/**
 * A genetic algorithm, after Chu & Beasley 1997 ("A genetic algorithm for the generalised assignment problem"): a
 * population of 100 that changes one by one. Two parents are chosen by binary tournaments; a child takes the places of
 * one up to a point and of the other from there; two of its items exchange their nodes; it is repaired and improved; and
 * it replaces the worst member unless it is there already.
 *
 * Different from the paper: a plan never breaks a limit. Its unfitness is the penalty for items that have no place, which
 * is more than all costs; and because nodes cost something here, a mutation may also clear a few nodes.
 */
export const genetic: Solver = (problem, options) => {
  const search = new Search(problem, options);
  const members = search.population(MEMBERS, LEAST_MEMBERS);
  const known = new Set(members.map(fingerprint));
  while (!search.isOver()) {
    const child = mutate(search, cross(search, tournament(search, members), tournament(search, members)));
    const grown = search.grow(child);
    const print = fingerprint(grown);
    if (known.has(print)) continue;
    const worst = worstOf(members);
    if (grown.score > members[worst]!.score) continue;
    known.delete(fingerprint(members[worst]!));
    known.add(print);
    members[worst] = grown;
  }
};

function tournament(search: Search, members: readonly Member[]): Member {
  const [one, other] = [members[search.below(members.length)]!, members[search.below(members.length)]!];
  return one.score <= other.score ? one : other;
}

function cross(search: Search, mother: Member, father: Member): Places {
  const point = search.below(mother.places.length + 1);
  const child = mother.places.slice();
  child.set(father.places.subarray(point), point);
  return child;
}

function mutate(search: Search, child: Places): Places {
  const { problem } = search;
  if (child.length > 0) {
    const [one, other] = [search.below(child.length), search.below(child.length)];
    [child[one], child[other]] = [child[other]!, child[one]!];
  }
  return search.isPacking && search.random() < CLEARING ? search.clear(child, CLEARED / problem.nodes) : child;
}

function worstOf(members: readonly Member[]): number {
  let worst = 0;
  for (let at = 1; at < members.length; at++) if (members[at]!.score > members[worst]!.score) worst = at;
  return worst;
}

/** FNV-1a over the places: equal plans have equal prints. */
function fingerprint({ places, score }: Member): string {
  let hash = 0x811c9dc5;
  for (const node of places) hash = Math.imul(hash ^ node, 0x01000193);
  return `${score}:${hash >>> 0}`;
}
