// HiGHS (MIT, University of Edinburgh) compiled to WebAssembly: the fastest open solver of mixed-integer programs, and a
// thread that runs it can be ended at any time.
import highsModule, { type Highs, type Model } from 'highs';
import type { LinearModel } from './linear-model.js';

/** The types of the package describe its CommonJS form; as an ES module it exports the function itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

let loaded: Promise<Highs> | undefined;

export interface LinearOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Values of all columns, to begin with. */
  readonly start?: Float64Array;
  /** Each better solution of a mixed-integer program, with the values of the columns. */
  readonly onSolution?: (values: Float64Array) => void;
  readonly onBound?: (bound: number) => void;
}

export interface LinearResult {
  readonly status: 'optimal' | 'infeasible' | 'stopped';
  /** The values of the columns; absent if none were found. */
  readonly values?: Float64Array;
  readonly objective?: number;
}

/** Blocks its thread until the program is solved or the time is over. @throws Error if HiGHS refuses the program. */
export async function solveLinear(program: LinearModel, options: LinearOptions): Promise<LinearResult> {
  loaded ??= loadHighs();
  const highs = await loaded;
  return highs.withModel(modelData(highs, program), (model) => run(highs, model, options));
}

function modelData({ infinity, constants }: Highs, program: LinearModel) {
  const { columns, rowLeast, rowMost, starts, indices, values, offset } = program;
  const bounded = (value: number) => (Number.isFinite(value) ? value : Math.sign(value) * infinity);
  const { integer, continuous } = constants.variableType;
  return {
    ...{ numCols: columns.length, numRows: rowLeast.length, offset },
    colCost: Float64Array.from(columns, ({ cost }) => cost),
    colLower: Float64Array.from(columns, ({ least }) => bounded(least)),
    colUpper: Float64Array.from(columns, ({ most }) => bounded(most)),
    rowLower: Float64Array.from(rowLeast, bounded),
    rowUpper: Float64Array.from(rowMost, bounded),
    matrix: {
      ...{ format: 'csr' as const, numRows: rowLeast.length, numCols: columns.length },
      ...{ starts: Int32Array.from(starts), indices: Int32Array.from(indices), values: Float64Array.from(values) },
    },
    ...(columns.some(({ whole }) => whole)
      ? { integrality: columns.map(({ whole }) => (whole ? integer : continuous)) }
      : {}),
  };
}

function run({ constants }: Highs, model: Model, options: LinearOptions): LinearResult {
  const { seconds, seed, start, onSolution, onBound } = options;
  model.options.set({ output_flag: false, time_limit: seconds, random_seed: seed, mip_rel_gap: 1e-7 });
  if (start) model.setSolution({ colValue: start });
  const { mipImprovingSolution, mipLogging } = constants.callbackType;
  const { modelStatus } = model.run({
    [mipImprovingSolution]: ({ data }) => {
      if (data.mip_solution) onSolution?.(data.mip_solution);
      return undefined;
    },
    [mipLogging]: ({ data }) => {
      if (data.mip_dual_bound !== undefined && Number.isFinite(data.mip_dual_bound)) onBound?.(data.mip_dual_bound);
      return undefined;
    },
  });
  const { optimal, infeasible, unboundedOrInfeasible } = constants.modelStatus;
  if (modelStatus === infeasible || modelStatus === unboundedOrInfeasible) return { status: 'infeasible' };
  const values = Float64Array.from(model.getSolution().colValue);
  const objective = model.getObjectiveValue();
  return { status: modelStatus === optimal ? 'optimal' : 'stopped', values, objective };
}
