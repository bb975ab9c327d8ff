import type { ModelRecord } from '../runs/model-record.js';

export interface PointerWatcher {
  onChange(change: { readonly tenant: string; readonly record: ModelRecord; readonly revision: number }): void;
  /** The tenant's keys were destroyed, and its record with them; one written since is told again. */
  onForgotten(tenant: string): void;
}

/** Which model of each tenant is served, and which others are kept: followed by every replica. */
export interface ModelPointers {
  get(tenant: string): Promise<{ record: ModelRecord; revision: number } | undefined>;

  /**
   * Writes the record when it is still at revision `expected` (0: does not exist) and gives its new revision.
   *
   * @throws LlmosError CONFLICT when somebody else wrote in between.
   */
  put(tenant: string, record: ModelRecord, expected: number): Promise<number>;

  /** Resolves when every stored record has been delivered; changes follow until stopped. */
  watch(watcher: PointerWatcher): Promise<{ stop(): void }>;
}
