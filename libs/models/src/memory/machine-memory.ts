import { totalmem } from 'node:os';

/** The memory of this machine or of the container that this process runs in, in bytes. */
export interface MachineMemory {
  readonly total: number;
  /** What programs may still take without others being moved out. */
  readonly free: number;
}

export function machineMemory(): MachineMemory {
  // Without a limit `constrainedMemory` is 0 or larger than any memory.
  const limit = process.constrainedMemory() || Infinity;
  return { total: Math.min(totalmem(), limit), free: process.availableMemory() };
}
