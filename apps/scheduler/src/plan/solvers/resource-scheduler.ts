/**
 * The simplest form of planning: tasks that need whole cores, on nodes that are alike.
 *
 *     new ResourceScheduler(2, 4, [3, 2, 2]).allocateResources() // [0, 1, 1]
 */
export class ResourceScheduler {
  /** `nodes` machines with `cores` each, and the cores that each task needs. */
  constructor(
    private readonly nodes: number,
    private readonly cores: number,
    private readonly tasks: readonly number[],
  ) {}

  /** Each task goes to the first node whose cores still hold it: the node of each task, undefined where none does. */
  allocateResources(): (number | undefined)[] {
    const free = new Array<number>(this.nodes).fill(this.cores);
    return this.tasks.map((cores) => {
      const node = free.findIndex((left) => left >= cores);
      if (node < 0) return undefined;
      free[node]! -= cores;
      return node;
    });
  }
}
