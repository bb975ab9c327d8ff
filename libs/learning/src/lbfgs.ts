/** A smooth function: fills `gradient` at `point` and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  readonly maxIterations: number;
  /** Stops when no component of the gradient is larger. */
  readonly gradientTolerance: number;
}

interface Step {
  readonly move: Float64Array;
  readonly gradientChange: Float64Array;
  readonly rho: number;
}

const HISTORY = 10;
const ARMIJO = 1e-4;
const MAX_HALVINGS = 30;

/**
 * Minimises a smooth function with limited-memory BFGS (Nocedal & Wright, *Numerical Optimization*, algorithm 7.4)
 * and a backtracking line search. Deterministic. Returns the best point; does not change `start`.
 */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Float64Array {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = objective(point, gradient);
  const history: Step[] = [];
  for (
    let iteration = 0;
    iteration < options.maxIterations && largest(gradient) > options.gradientTolerance;
    iteration++
  ) {
    const direction = descent(gradient, history);
    const next = search(objective, point, value, gradient, direction, history.length === 0);
    if (!next) break;
    remember(history, difference(next.point, point), difference(next.gradient, gradient));
    ({ point, value, gradient } = next);
  }
  return point;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, history: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const alphas = history.map(() => 0);
  for (let at = history.length - 1; at >= 0; at--) {
    const { move, gradientChange, rho } = history[at]!;
    alphas[at] = rho * dot(move, direction);
    addScaled(direction, gradientChange, -alphas[at]!);
  }
  const last = history.at(-1);
  if (last) scale(direction, 1 / (last.rho * dot(last.gradientChange, last.gradientChange)));
  history.forEach(({ move, gradientChange, rho }, at) =>
    addScaled(direction, move, alphas[at]! - rho * dot(gradientChange, direction)),
  );
  return direction;
}

function search(
  objective: Objective,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  first: boolean,
): { point: Float64Array; value: number; gradient: Float64Array } | undefined {
  const slope = dot(gradient, direction);
  const nextGradient = new Float64Array(point.length);
  let length = first ? 1 / Math.max(1e-12, Math.sqrt(dot(gradient, gradient))) : 1;
  for (let halving = 0; halving < MAX_HALVINGS; halving++, length /= 2) {
    const next = point.slice();
    addScaled(next, direction, length);
    const nextValue = objective(next, nextGradient);
    if (nextValue <= value + ARMIJO * length * slope) return { point: next, value: nextValue, gradient: nextGradient };
  }
  return undefined;
}

function remember(history: Step[], move: Float64Array, gradientChange: Float64Array): void {
  const curvature = dot(move, gradientChange);
  if (curvature <= 0) return;
  history.push({ move, gradientChange, rho: 1 / curvature });
  if (history.length > HISTORY) history.shift();
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, at) => value - b[at]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

function addScaled(target: Float64Array, values: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) target[at]! += factor * values[at]!;
}

function scale(target: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) target[at]! *= factor;
}

function largest(values: Float64Array): number {
  let top = 0;
  for (let at = 0; at < values.length; at++) top = Math.max(top, Math.abs(values[at]!));
  return top;
}
