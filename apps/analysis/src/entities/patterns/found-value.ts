import type { Span } from '@llmos/contracts';
import type { Entity } from '@llmos/contracts/capabilities/analysis';

/** Something found by its form. */
export interface FoundValue extends Span {
  readonly type: Entity['type'];
  readonly confidence: number;
  readonly value?: string;
}
