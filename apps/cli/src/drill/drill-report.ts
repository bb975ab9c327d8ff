import type { StreamComparison } from './compare-streams.js';

/** What was read through the gateways of both. */
export interface DoorComparison {
  /** Documents of the tenant that the copy lists. */
  readonly documents: number;
  /** Those that both list, with the same title. */
  readonly same: number;
  /** Why the running instance was not asked; absent if it was. */
  readonly notCompared?: string;
}

/** What a drill has shown. Times are in milliseconds. */
export interface DrillReport {
  readonly ok: boolean;
  /** The address of the backup; of a backup that was taken for the drill, `fresh`. */
  readonly backup: string;
  /** When the backup was taken. */
  readonly createdAt: string;
  /** From the first byte of the backup to the first answer. The comparison is not in it. */
  readonly recoveryTimeMs: number;
  readonly stagesMs: { readonly copy: number; readonly restore: number; readonly start: number; readonly read: number };
  /** The age of the backup when the drill began: what was accepted since would be lost. */
  readonly recoveryPointMs: number;
  /** How much that is. */
  readonly wouldBeLost: { readonly messages: number; readonly entries: number };
  readonly streams: readonly StreamComparison[];
  readonly doors: DoorComparison;
  /** What no later change explains. */
  readonly faults: readonly string[];
}

/** Buckets are streams with this prefix. */
export const isBucket = ({ name }: { readonly name: string }) => name.startsWith('KV_');

/** For Prometheus: the textfile collector of node_exporter, or a push gateway. */
export function drillMetrics(report: DrillReport | undefined, at = new Date()): string {
  const lines = [
    '# HELP llmos_drill_success Whether the last restore drill succeeded.',
    '# TYPE llmos_drill_success gauge',
    `llmos_drill_success ${report?.ok ? 1 : 0}`,
    '# HELP llmos_drill_timestamp_seconds When the last restore drill ended.',
    '# TYPE llmos_drill_timestamp_seconds gauge',
    `llmos_drill_timestamp_seconds ${Math.round(at.getTime() / 1_000)}`,
  ];
  if (report)
    lines.push(
      '# HELP llmos_drill_recovery_time_seconds From the first byte of the backup to the first answer.',
      '# TYPE llmos_drill_recovery_time_seconds gauge',
      `llmos_drill_recovery_time_seconds ${report.recoveryTimeMs / 1_000}`,
      '# HELP llmos_drill_recovery_point_seconds The age of the backup when the drill began.',
      '# TYPE llmos_drill_recovery_point_seconds gauge',
      `llmos_drill_recovery_point_seconds ${report.recoveryPointMs / 1_000}`,
    );
  return `${lines.join('\n')}\n`;
}
