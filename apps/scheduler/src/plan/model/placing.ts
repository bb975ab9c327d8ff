import { demandOf, firstItems, groupsOfItems, NOWHERE, type Places, type Problem, type Rule } from './problem.js';

/** Why an item cannot be on a node: a resource (by index), a rule, or that the node is not allowed. */
export type Obstacle = { readonly resource: number } | { readonly rule: Rule } | 'not allowed';

/**
 * A plan that grows: items are added to nodes and taken away, and loads and rules are kept up to date. It never passes a
 * capacity and never breaks a rule that keeps services apart. Whether each item has the company that it needs can only be
 * said at the end, because companions come one after the other: see {@link prune}.
 */
export class Placing {
  readonly place: Places;
  /** [node × resource] */
  readonly load: Float64Array;
  /** Items on each node. */
  readonly itemsOn: Int32Array;
  readonly groupOf: Int32Array;
  readonly first: Int32Array;
  /** Items of each group that have a place. */
  readonly placed: Int32Array;
  /** [group × node] */
  private readonly on: Uint16Array;
  /** [group × domain], for each way to divide the nodes. */
  private readonly inDomain = new Map<Int32Array, Uint16Array>();
  /** The rules in which a group is the one that is bound, and those in which it is the other. */
  private readonly rulesOf: readonly (readonly Rule[])[];
  private readonly rulesWith: readonly (readonly Rule[])[];

  constructor(
    readonly problem: Problem,
    from?: Places,
  ) {
    const { groups, nodes, resources, rules } = problem;
    this.groupOf = groupsOfItems(problem);
    this.first = firstItems(problem);
    this.place = new Int32Array(this.groupOf.length).fill(NOWHERE);
    this.load = new Float64Array(nodes * resources);
    this.itemsOn = new Int32Array(nodes);
    this.placed = new Int32Array(groups);
    this.on = new Uint16Array(groups * nodes);
    this.rulesOf = byGroup(groups, rules, ({ group }) => group);
    this.rulesWith = byGroup(groups, rules, ({ other }) => other);
    for (const { domain, domains } of rules)
      if (!this.inDomain.has(domain)) this.inDomain.set(domain, new Uint16Array(groups * domains));
    from?.forEach((node, item) => node !== NOWHERE && this.add(item, node));
  }

  /** Items of a group on a node. */
  countOn(group: number, node: number): number {
    return this.on[group * this.problem.nodes + node]!;
  }

  /** Whether one more item of the group may be on the node. */
  fits(group: number, node: number): boolean {
    return this.obstacle(group, node) === undefined;
  }

  /** What keeps one more item of the group from the node; undefined if nothing does. */
  obstacle(group: number, node: number): Obstacle | undefined {
    const { problem, load } = this;
    const { nodes, resources, capacity, allowed } = problem;
    if (allowed[group * nodes + node] === 0) return 'not allowed';
    const row = node * resources;
    for (let r = 0; r < resources; r++)
      if (load[row + r]! + demandOf(problem, group, node, r) > capacity[row + r]!) return { resource: r };
    for (const rule of this.rulesOf[group]!) if (!this.obeys(rule, node)) return { rule };
    for (const rule of this.rulesWith[group]!)
      if (rule.kind === 'apart' && this.count(rule, rule.group, node) > 0) return { rule };
    return undefined;
  }

  add(item: number, node: number): void {
    this.place[item] = node;
    this.change(this.groupOf[item]!, node, 1);
  }

  remove(item: number): void {
    const node = this.place[item]!;
    if (node === NOWHERE) return;
    this.place[item] = NOWHERE;
    this.change(this.groupOf[item]!, node, -1);
  }

  /** Whether an item of the group may leave the node without leaving another one alone there. */
  mayLeave(group: number, node: number): boolean {
    return this.rulesWith[group]!.every(
      (rule) =>
        rule.kind === 'apart' ||
        this.count(rule, group, node) > 1 ||
        this.count(rule, rule.group, node) - (rule.group === group ? 1 : 0) === 0,
    );
  }

  /** The highest share in use of a balanced resource on a node. */
  shareOf(node: number): number {
    const { resources, capacity, balanced } = this.problem;
    let highest = 0;
    for (let r = 0; r < balanced; r++) {
      const size = capacity[node * resources + r]!;
      if (size > 0) highest = Math.max(highest, this.load[node * resources + r]! / size);
    }
    return highest;
  }

  /** Takes away the items without the company that they need, and what is left of gangs, until all that stays is right. */
  prune(): void {
    for (let changed = true; changed;) {
      changed = false;
      for (let item = 0; item < this.place.length; item++) {
        const node = this.place[item]!;
        if (node === NOWHERE || this.hasCompany(this.groupOf[item]!, node)) continue;
        this.remove(item);
        changed = true;
      }
      changed = this.pruneGangs() || changed;
    }
  }

  /** Whether the items of the group on the node have the company that they need. */
  hasCompany(group: number, node: number): boolean {
    return this.rulesOf[group]!.every((rule) => {
      if (rule.kind === 'apart') return true;
      const others = this.count(rule, rule.other, node);
      return rule.other === group ? others === this.placed[group] : others > 0;
    });
  }

  /** Whether one more item of the group would have its company on the node: none that follows it is needed. */
  hasCompanyBeside(group: number, node: number): boolean {
    return this.rulesOf[group]!.every(
      (rule) => rule.kind === 'apart' || rule.other === group || this.count(rule, rule.other, node) > 0,
    );
  }

  /** Whether every item has the company that it needs. */
  allHaveCompany(): boolean {
    return this.place.every((node, item) => node === NOWHERE || this.hasCompany(this.groupOf[item]!, node));
  }

  private pruneGangs(): boolean {
    const { groups, gang, count } = this.problem;
    let changed = false;
    for (let group = 0; group < groups; group++) {
      if (!gang[group] || this.placed[group] === 0 || this.placed[group] === count[group]) continue;
      for (let item = this.first[group]!; item < this.first[group + 1]!; item++) this.remove(item);
      changed = true;
    }
    return changed;
  }

  /** An item without any companion yet may come first: the companion then follows it. */
  private obeys(rule: Rule, node: number): boolean {
    const others = this.count(rule, rule.other, node);
    return rule.kind === 'apart' ? others === 0 : others > 0 || this.placed[rule.other] === 0;
  }

  private count({ domain, domains }: Rule, group: number, node: number): number {
    return this.inDomain.get(domain)![group * domains + domain[node]!]!;
  }

  private change(group: number, node: number, by: 1 | -1): void {
    const { problem, load } = this;
    const { nodes, resources } = problem;
    for (let r = 0; r < resources; r++) load[node * resources + r]! += by * demandOf(problem, group, node, r);
    this.itemsOn[node]! += by;
    this.placed[group]! += by;
    this.on[group * nodes + node]! += by;
    for (const [domain, counts] of this.inDomain) {
      const domains = counts.length / problem.groups;
      counts[group * domains + domain[node]!]! += by;
    }
  }
}

function byGroup(groups: number, rules: readonly Rule[], of: (rule: Rule) => number): Rule[][] {
  const lists: Rule[][] = Array.from({ length: groups }, () => []);
  for (const rule of rules) lists[of(rule)]!.push(rule);
  return lists;
}
