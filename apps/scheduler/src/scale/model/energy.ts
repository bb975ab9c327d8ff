export interface Power {
  /** Of one core that does nothing, and of one that always works. */
  readonly idleWatts: number;
  readonly busyWatts: number;
}

/**
 * The energy of cores, by the linear model P = idle + (busy − idle) × use (Fan, Weber & Barroso, Power provisioning for a
 * warehouse-sized computer, 2007).
 */
export function wattHours(coreSeconds: number, busyCoreSeconds: number, { idleWatts, busyWatts }: Power): number {
  return (idleWatts * coreSeconds + (busyWatts - idleWatts) * busyCoreSeconds) / 3_600;
}
