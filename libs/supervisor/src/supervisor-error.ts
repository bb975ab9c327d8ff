import { HintedError } from '@llmos/contracts';

/** A process of the installation cannot be started, or its files cannot be used. */
export class SupervisorError extends HintedError {}
