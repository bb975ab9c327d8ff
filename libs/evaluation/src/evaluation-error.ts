import { HintedError } from '@llmos/contracts';

/** Data that cannot be used, or a reply without the part that is evaluated. */
export class EvaluationError extends HintedError {}
