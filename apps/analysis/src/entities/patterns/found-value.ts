import type { Span } from '@llmos/contracts';
import type { Entity } from '@llmos/contracts/capabilities/analysis';

/** An entity that a pattern found. */
export interface FoundValue extends Span {
  readonly type: Entity['type'];
  readonly confidence: number;
  readonly value?: string;
}
