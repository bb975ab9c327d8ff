import { solveLinear } from './highs.js';
import { LinearModel } from './linear-model.js';

/** Work that may be cut anywhere: `total` is shared among nodes with a cost for each unit and a capacity. */
export interface Divisible {
  readonly costs: readonly number[];
  readonly capacities: readonly number[];
  readonly total: number;
}

export interface Shares {
  /** What each node takes. */
  readonly shares: number[];
  readonly cost: number;
}

/**
 * min Σ cᵢxᵢ with Σ xᵢ = P and 0 ≤ xᵢ ≤ Cᵢ in closed form: the cheapest nodes are filled first, and the last of them in
 * part. With equal costs c every full division costs cP. Undefined if the nodes are too small (P > Σ Cᵢ).
 */
export function shareOut({ costs, capacities, total }: Divisible): Shares | undefined {
  const shares = new Array<number>(costs.length).fill(0);
  let left = total;
  for (const node of [...costs.keys()].sort((a, b) => costs[a]! - costs[b]!)) {
    shares[node] = Math.min(left, capacities[node]!);
    left -= shares[node]!;
  }
  if (left > 0) return undefined;
  return { shares, cost: shares.reduce((sum, share, node) => sum + share * costs[node]!, 0) };
}

/** The same as a linear program. */
export async function shareOutByProgram({ costs, capacities, total }: Divisible): Promise<Shares | undefined> {
  const program = new LinearModel();
  const columns = costs.map((cost, node) => program.column({ cost, most: capacities[node]! }));
  program.row(
    columns.map((column) => [column, 1]),
    { least: total, most: total },
  );
  const { status, values, objective } = await solveLinear(program, { seconds: 10, seed: 0 });
  return status === 'optimal' ? { shares: [...values!], cost: objective! } : undefined;
}
