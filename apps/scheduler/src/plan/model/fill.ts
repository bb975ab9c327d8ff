import type { Placing } from './placing.js';
import { NOWHERE } from './problem.js';

/** Gives a place to every replica that still fits somewhere, gangs whole or not at all: on nodes in use first. */
export function fill(placing: Placing): void {
  const { problem, place, groupOf, first } = placing;
  for (let group = 0; group < problem.groups; group++) {
    if (placing.placed[group] === problem.count[group]) continue;
    const nodes = nodesInUseFirst(placing);
    for (let item = first[group]!; item < first[group + 1]!; item++) {
      if (place[item] !== NOWHERE) continue;
      const node = nodes.find((each) => placing.fits(groupOf[item]!, each));
      if (node === undefined) break;
      placing.add(item, node);
    }
  }
  placing.prune();
}

function nodesInUseFirst({ problem, itemsOn }: Placing): number[] {
  const nodes = Array.from({ length: problem.nodes }, (_, node) => node);
  return nodes.sort((a, b) => Number(itemsOn[b]! > 0) - Number(itemsOn[a]! > 0));
}
