import type { Placing } from '../model/placing.js';
import { demandOf, firstItems, NOWHERE, type Places, type Problem, type Rule } from '../model/problem.js';
import { LinearModel, type Terms } from './linear-model.js';

/**
 * A planning problem as a mixed-integer program. The replicas of a group are alike, so that one whole number for each
 * group and node is enough: how many of them are there.
 */
export class PlacementModel {
  readonly program = new LinearModel();
  /** The column of each group and node; −1 where the group may not be. */
  private readonly on: Int32Array;
  /** What each column is in a plan: for the plan to begin with. */
  private readonly valueIn: ((placing: Placing) => number)[] = [];

  constructor(
    private readonly problem: Problem,
    /** Whether a plan is known in which everything has a place: then nothing may be left out. */
    private readonly complete: boolean,
  ) {
    this.on = new Int32Array(problem.groups * problem.nodes).fill(NOWHERE);
    this.addReplicas();
    this.addNodes();
    for (const rule of problem.rules) this.addRule(rule);
  }

  /** The number of pairs of group and node that a program would have. */
  static sizeOf({ allowed }: Problem): number {
    return allowed.reduce((sum, each) => sum + each, 0);
  }

  valuesOf(placing: Placing): Float64Array {
    return Float64Array.from(this.valueIn, (value) => value(placing));
  }

  /** The nodes of all items in a solution. */
  placesIn(values: Float64Array): Places {
    const { groups, nodes, count } = this.problem;
    const places = new Int32Array(firstItems(this.problem)[groups]!).fill(NOWHERE);
    let item = 0;
    for (let group = 0; group < groups; group++) {
      const end = item + count[group]!;
      for (let node = 0; node < nodes; node++) {
        const column = this.on[group * nodes + node]!;
        const replicas = column < 0 ? 0 : Math.round(values[column]!);
        for (let n = 0; n < replicas && item < end; n++) places[item++] = node;
      }
      item = end;
    }
    return places;
  }

  private column(options: Parameters<LinearModel['column']>[0], valueIn: (placing: Placing) => number): number {
    this.valueIn.push(valueIn);
    return this.program.column(options);
  }

  private addReplicas(): void {
    const { groups, nodes, count, penalty, gang, allowed, choiceCost, movementWeight, here } = this.problem;
    for (let group = 0; group < groups; group++) {
      const terms: [number, number][] = [];
      let running = 0;
      for (let node = 0; node < nodes; node++) {
        const at = group * nodes + node;
        running += here[at]!;
        if (allowed[at] === 0) continue;
        const cost = choiceCost?.[at] ?? 0;
        const most = this.roomOn(group, node);
        const column = this.column({ cost, most, whole: true }, (placing) => placing.countOn(group, node));
        this.on[at] = column;
        terms.push([column, 1]);
        if (here[at]! > 0 && movementWeight > 0) this.addStaying(group, node, column);
      }
      this.program.offset += movementWeight * Math.min(count[group]!, running);
      const all = count[group]!;
      const missing = this.column(
        { cost: penalty[group]!, most: this.complete ? 0 : all },
        (placing) => all - placing.placed[group]!,
      );
      this.program.row([...terms, [missing, 1]], { least: all, most: all });
      if (!gang[group] || this.complete) continue;
      const whole = this.column({ most: 1, whole: true }, (placing) => (placing.placed[group]! > 0 ? 1 : 0));
      this.program.row([...terms, [whole, -all]], { least: 0, most: 0 });
    }
  }

  /** Replicas that stay on their node: those are no moves. */
  private addStaying(group: number, node: number, column: number): void {
    const { here, nodes, movementWeight } = this.problem;
    const most = here[group * nodes + node]!;
    const staying = this.column({ cost: -movementWeight, most }, (placing) =>
      Math.min(most, placing.countOn(group, node)),
    );
    this.program.row(
      [
        [staying, 1],
        [column, -1],
      ],
      { most: 0 },
    );
  }

  private addNodes(): void {
    const { nodes, nodeCost, capacity, resources, balanceWeight, balanced } = this.problem;
    const peak =
      balanceWeight > 0
        ? this.column({ cost: balanceWeight, most: 1 }, (placing) =>
            Math.max(...Array.from({ length: nodes }, (_, node) => placing.shareOf(node))),
          )
        : undefined;
    const used = Array.from({ length: nodes }, (_, node) =>
      this.column({ cost: nodeCost[node]!, most: 1, whole: true }, (placing) => (placing.itemsOn[node]! > 0 ? 1 : 0)),
    );
    for (let node = 0; node < nodes; node++) {
      for (let r = 0; r < resources; r++) {
        const size = capacity[node * resources + r]!;
        const terms = this.loadOf(node, r);
        if (terms.length === 0) continue;
        this.program.row([...terms, [used[node]!, -size]], { most: 0 });
        if (peak !== undefined && r < balanced) this.program.row([...terms, [peak, -size]], { most: 0 });
      }
      // Items that need no resource at all still use the node.
      if (nodeCost[node]! > 0) this.tieWeightless(node, used[node]!);
    }
    this.orderAlike(used);
  }

  private loadOf(node: number, resource: number): [number, number][] {
    const terms: [number, number][] = [];
    for (let group = 0; group < this.problem.groups; group++) {
      const column = this.on[group * this.problem.nodes + node]!;
      const need = column < 0 ? 0 : demandOf(this.problem, group, node, resource);
      if (need > 0) terms.push([column, need]);
    }
    return terms;
  }

  private tieWeightless(node: number, used: number): void {
    const { groups, resources, nodes, count } = this.problem;
    for (let group = 0; group < groups; group++) {
      const column = this.on[group * nodes + node]!;
      if (column < 0) continue;
      let weight = 0;
      for (let r = 0; r < resources; r++) weight += demandOf(this.problem, group, node, r);
      if (weight === 0)
        this.program.row(
          [
            [column, 1],
            [used, -count[group]!],
          ],
          { most: 0 },
        );
    }
  }

  /** Of nodes that are alike the first are used first: the search does not try the same plan in every order. */
  private orderAlike(used: readonly number[]): void {
    const { nodes, rules } = this.problem;
    if (rules.some(({ domains }) => domains < nodes)) return;
    const last = new Map<string, number>();
    for (let node = 0; node < nodes; node++) {
      const key = this.kindOf(node);
      const before = last.get(key);
      if (before !== undefined)
        this.program.row(
          [
            [used[before]!, 1],
            [used[node]!, -1],
          ],
          { least: 0 },
        );
      last.set(key, node);
    }
  }

  private kindOf(node: number): string {
    const { groups, nodes, resources, capacity, nodeCost, allowed, here, choiceCost, demandByNode } = this.problem;
    if (choiceCost || demandByNode) return String(node);
    const parts: number[] = [nodeCost[node]!, ...capacity.subarray(node * resources, (node + 1) * resources)];
    for (let group = 0; group < groups; group++)
      parts.push(allowed[group * nodes + node]!, here[group * nodes + node]!);
    return parts.join(' ');
  }

  private roomOn(group: number, node: number): number {
    const { count, resources, capacity } = this.problem;
    let room = count[group]!;
    for (let r = 0; r < resources; r++) {
      const need = demandOf(this.problem, group, node, r);
      if (need > 0) room = Math.min(room, Math.floor(capacity[node * resources + r]! / need));
    }
    return room;
  }

  private addRule(rule: Rule): void {
    const { count } = this.problem;
    const [one, other] = [this.byDomain(rule, rule.group), this.byDomain(rule, rule.other)];
    const own: [number, number][] = [];
    for (let domain = 0; domain < rule.domains; domain++) {
      const [ours, theirs] = [one[domain]!, other[domain]!];
      if (ours.length === 0) continue;
      const all = count[rule.group]!;
      const isHere = (group: number) => (placing: Placing) => presence(placing, rule, group, domain);
      if (rule.kind === 'near' && rule.group !== rule.other) {
        this.program.row([...ours, ...scaled(theirs, -all)], { most: 0 });
      } else if (rule.kind === 'near') {
        const chosen = this.column({ most: 1, whole: true }, isHere(rule.group));
        this.program.row([...ours, [chosen, -all]], { most: 0 });
        own.push([chosen, 1]);
      } else if (rule.group === rule.other) {
        this.program.row(ours, { most: 1 });
      } else if (theirs.length > 0) {
        const first = this.column({ most: 1, whole: true }, isHere(rule.group));
        this.program.row([...ours, [first, -all]], { most: 0 });
        const rest = count[rule.other]!;
        this.program.row([...theirs, [first, rest]], { most: rest });
      }
    }
    if (own.length > 0) this.program.row(own, { most: 1 });
  }

  private byDomain({ domain, domains }: Rule, group: number): [number, number][][] {
    const lists: [number, number][][] = Array.from({ length: domains }, () => []);
    for (let node = 0; node < this.problem.nodes; node++) {
      const column = this.on[group * this.problem.nodes + node]!;
      if (column >= 0) lists[domain[node]!]!.push([column, 1]);
    }
    return lists;
  }
}

const scaled = (terms: Terms, by: number): [number, number][] => terms.map(([column, factor]) => [column, factor * by]);

/** 1 if an item of the group is in the domain. */
function presence(placing: Placing, { domain }: Rule, group: number, wanted: number): number {
  for (let item = placing.first[group]!; item < placing.first[group + 1]!; item++) {
    const node = placing.place[item]!;
    if (node !== NOWHERE && domain[node] === wanted) return 1;
  }
  return 0;
}
