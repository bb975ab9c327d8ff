import type { Check } from '@llmos/contracts';
import { Injectable } from '@nestjs/common';

/** What this process still needs before it can work. It pulls no task until every check is `ready`. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, Check>();
  private readonly listeners = new Set<() => void>();
  private stopping = false;

  set(check: Check): void {
    this.checks.set(check.name, check);
    for (const listener of this.listeners) listener();
  }

  /** Called after every change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** From here on not ready, whatever the checks say. */
  stop(): void {
    this.stopping = true;
    for (const listener of this.listeners) listener();
  }

  get ready(): boolean {
    return !this.stopping && [...this.checks.values()].every((check) => check.state === 'ready');
  }

  get all(): Check[] {
    return [...this.checks.values()];
  }
}
