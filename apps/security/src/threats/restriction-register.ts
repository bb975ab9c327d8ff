import type { Restriction } from '@llmos/contracts/capabilities/security';
import { retryConflicts } from '@llmos/resilience';
import type { RestrictionStore, StoredRestriction } from './ports/restriction-store.port.js';
import type { Exemptions } from './exemptions.js';
import { isStricter, measureFor } from './restriction-policy.js';
import type { Subject } from './subject-table.js';
import type { Finding } from './threat-detector.js';

/** How long a restriction still counts as a strike after it has ended. */
const REMEMBERED_MS = 24 * 3_600_000;
/** Findings within this time after a restriction belong to the same incident and are not another strike. */
const INCIDENT_MS = 5 * 60_000;

/** `<kind>.<base64url of the id>`: the id that an operator lifts, and the key in the store. */
export function restrictionId({ kind, id }: Subject): string {
  return `${kind}.${Buffer.from(id).toString('base64url')}`;
}

export function isInForce({ until }: Restriction, nowMs: number): boolean {
  return until === undefined || Date.parse(until) > nowMs;
}

/** Restricts subjects by severity and repetition, lists the restrictions in force, and lifts them. */
export class RestrictionRegister {
  private beingAdded = 0;

  constructor(
    private readonly store: RestrictionStore,
    private readonly exemptions: Exemptions,
    /** The most restrictions in force at once; beyond them findings cause only alerts. */
    private readonly maxRestrictions: number,
  ) {}

  /**
   * Applies the policy to a finding.
   *
   * @returns the restriction that is now in force; undefined if the finding causes none.
   */
  async respondTo(finding: Finding, nowMs: number): Promise<Restriction | undefined> {
    if (finding.shared || finding.severity === 'low' || this.exemptions.covers(finding.subject)) return undefined;
    return retryConflicts(() => this.restrict(finding, nowMs));
  }

  /** Ends a restriction and forgets its strikes. @returns false if none with this id is in force. */
  async lift(id: string, nowMs: number): Promise<boolean> {
    const stored = await this.store.get(id);
    if (!stored) return false;
    await this.store.delete(id);
    return isInForce(stored.restriction, nowMs);
  }

  /** The restrictions in force, the newest first. Deletes those that no longer count as strikes. */
  async list(nowMs: number): Promise<Restriction[]> {
    const stored = await this.store.list();
    await Promise.all(
      stored.filter((each) => isForgotten(each, nowMs)).map((each) => this.store.delete(each.restriction.id)),
    );
    return stored
      .map(({ restriction }) => restriction)
      .filter((restriction) => isInForce(restriction, nowMs))
      .sort((a, b) => b.since.localeCompare(a.since));
  }

  private async restrict(finding: Finding, nowMs: number): Promise<Restriction | undefined> {
    const id = restrictionId(finding.subject);
    const before = await this.store.get(id);
    const standing = before && isInForce(before.restriction, nowMs) ? before.restriction : undefined;
    const isSameIncident = standing !== undefined && nowMs - Date.parse(standing.since) < INCIDENT_MS;
    const strikes = (before && !isForgotten(before, nowMs) ? before.strikes : 0) - (isSameIncident ? 1 : 0);
    const measure = measureFor(finding, strikes);
    if (!measure) return undefined;
    if (standing && !isStricter(measure.action, standing.action)) return standing;
    const restriction: Restriction = {
      id,
      subject: finding.subject,
      action: measure.action,
      reason: finding.explanation,
      since: new Date(nowMs).toISOString(),
      ...(measure.forMs === undefined ? {} : { until: new Date(nowMs + measure.forMs).toISOString() }),
    };
    const stored = { restriction, strikes: strikes + 1, revision: before?.revision ?? 0 };
    return standing ? this.store.put(stored).then(() => restriction) : this.add(stored, nowMs);
  }

  /** @returns undefined if the maximum is in force already. */
  private async add(stored: StoredRestriction, nowMs: number): Promise<Restriction | undefined> {
    this.beingAdded += 1;
    try {
      if ((await this.list(nowMs)).length + this.beingAdded > this.maxRestrictions) return undefined;
      await this.store.put(stored);
      return stored.restriction;
    } finally {
      this.beingAdded -= 1;
    }
  }
}

function isForgotten({ restriction }: StoredRestriction, nowMs: number): boolean {
  return restriction.until !== undefined && Date.parse(restriction.until) + REMEMBERED_MS < nowMs;
}
