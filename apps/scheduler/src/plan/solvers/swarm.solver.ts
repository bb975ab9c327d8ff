import { groupsOfItems, type Places, type Problem } from '../model/problem.js';
import { Search, type Member } from '../search/search.js';
import type { Solver } from './solver.port.js';

const PARTICLES = 30;
const LEAST_PARTICLES = 4;
/** The pull of a particle's own best plan and of the best of all; as in the paper each is multiplied by a random number. */
const PULL = 2;
/** Velocities stay between −6 and 6: a bit is set with a probability between 0.0025 and 0.9975. */
const MOST = 6;
/** So many nodes share the probability of nodes that were never visited, however many there are. */
const STRANGERS = 10;

interface Particle {
  now: Member;
  best: Member;
  /** For each item the velocities of the nodes that it or its guides have been on. */
  readonly velocity: Map<number, number>[];
}

/**
 * Particle swarm, after Kennedy & Eberhart 1997 ("A discrete binary version of the particle swarm algorithm"). Each pair
 * of item and node is a bit with a velocity that is drawn to the bit in the particle's own best plan and in the best of
 * all; the sigmoid of the velocity is the weight with which the bit is set.
 *
 * Different from the paper: exactly one bit of an item is set, drawn by these weights; the position is repaired into a
 * plan that keeps every limit, and improved. Bits that were never set share one low velocity and take no memory.
 */
export const swarm: Solver = (problem, options) => {
  const search = new Search(problem, options);
  const particles = firstParticles(search);
  const choices = allowedNodes(problem);
  while (!search.isOver())
    for (const particle of particles) {
      if (search.isOver()) return;
      const wishes = fly(search, particle, choices);
      particle.now = search.grow(wishes);
      if (particle.now.score < particle.best.score) particle.best = particle.now;
    }
};

function firstParticles(search: Search): Particle[] {
  return search.population(PARTICLES, LEAST_PARTICLES).map((member) => ({
    now: member,
    best: member,
    velocity: Array.from({ length: member.places.length }, () => new Map<number, number>()),
  }));
}

/** Changes the velocities and draws a node for each item. */
function fly(search: Search, { now, best, velocity }: Particle, choices: Choices): Places {
  const leader = search.best!;
  return now.places.map((node, item) => {
    const speeds = velocity[item]!;
    const [own, led] = [best.places[item]!, leader.places[item]!];
    for (const each of new Set([node, own, led])) {
      if (each < 0) continue;
      const bit = each === node ? 1 : 0;
      const pull =
        PULL * search.random() * ((each === own ? 1 : 0) - bit) +
        PULL * search.random() * ((each === led ? 1 : 0) - bit);
      const speed = (speeds.get(each) ?? (bit === 1 ? 0 : -MOST)) + pull;
      speeds.set(each, Math.max(-MOST, Math.min(MOST, speed)));
    }
    return draw(search, speeds, choices.of(item));
  });
}

function draw(search: Search, speeds: ReadonlyMap<number, number>, nodes: readonly number[]): number {
  if (nodes.length === 0) return -1;
  const strangers =
    (sigmoid(-MOST) * Math.min(STRANGERS, nodes.length) * Math.max(0, nodes.length - speeds.size)) / nodes.length;
  let total = strangers;
  for (const speed of speeds.values()) total += sigmoid(speed);
  let left = search.random() * total;
  for (const [node, speed] of speeds) {
    left -= sigmoid(speed);
    if (left < 0) return node;
  }
  return nodes[search.below(nodes.length)]!;
}

const sigmoid = (speed: number) => 1 / (1 + Math.exp(-speed));

interface Choices {
  of(item: number): readonly number[];
}

/** The nodes that the items of each group may be on. */
function allowedNodes(problem: Problem): Choices {
  const { groups, nodes, allowed } = problem;
  const lists = Array.from({ length: groups }, (_, group) => {
    const list: number[] = [];
    for (let node = 0; node < nodes; node++) if (allowed[group * nodes + node] === 1) list.push(node);
    return list;
  });
  const groupOf = groupsOfItems(problem);
  return { of: (item) => lists[groupOf[item]!]! };
}
