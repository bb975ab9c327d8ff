import { join } from 'node:path';
import type { Fault } from './fault.js';
import type { Growth } from './growth.js';
import { Kit, type KitKind } from './kits/kit.js';
import { now, type Ledger } from './ledger.js';
import { PrivateSystem, type SystemOptions } from './private-system.js';
import type { SeededRandom } from './seeded-random.js';
import { Session } from './session.js';
import { judge, skip, type Verdict } from './verdict.js';

export interface LabOptions extends Omit<SystemOptions, 'kit'> {
  readonly faults: readonly Fault[];
  /** How long to go on, in milliseconds; without it each fault is tried once. */
  readonly forMs?: number;
  /** See {@link judge}. */
  readonly slack: number;
  /** Receives the logs of the systems. */
  readonly folder: string;
  /** Called before each try. */
  readonly onStrike: (fault: Fault) => void;
}

export interface LabReport {
  readonly verdicts: readonly Verdict[];
  readonly ledgers: readonly Ledger[];
  readonly kills: number;
  /** Of the processes that ran for long enough without a kill. */
  readonly growths: readonly Growth[];
  readonly tookMs: number;
}

/** Tries faults on private systems under load, and judges each by what callers and senders saw. */
export class Lab {
  private readonly ledgers: Ledger[] = [];
  private readonly growths: Growth[] = [];
  private kills = 0;

  constructor(private readonly options: LabOptions) {}

  async run(): Promise<LabReport> {
    const { faults, slack, forMs = 0 } = this.options;
    const from = now();
    const missing = new Map(faults.map((fault) => [fault, fault.missing?.()]));
    const possible = faults.filter((fault) => missing.get(fault) === undefined);
    // The plain system comes last and takes the time that is left.
    const kinds = [...new Set(possible.map(({ needs = Kit }) => needs))].sort(plainLast);
    for (const kind of kinds) {
      const own = possible.filter(({ needs = Kit }) => needs === kind);
      await this.tryOn(kind, own, kind === kinds.at(-1) ? from + forMs : 0);
    }
    const verdicts = faults.map((fault) => {
      const reason = missing.get(fault);
      if (reason !== undefined) return skip(fault, reason);
      const verdict = judge(fault, this.ledgers, slack);
      return verdict.times > 0 ? verdict : skip(fault, 'the lab was stopped before');
    });
    const { ledgers, kills, growths } = this;
    return { verdicts, ledgers, kills, growths, tookMs: now() - from };
  }

  /** Tries each fault at least once, and goes on until the time is over, or the lab is stopped. */
  private async tryOn(kind: KitKind, faults: readonly Fault[], untilMs: number): Promise<void> {
    const { random, onStrike, signal } = this.options;
    let session: Session | undefined;
    let round: Fault[] = [];
    const tried = new Set<Fault>();
    try {
      while (!signal.aborted && (tried.size < faults.length || now() < untilMs)) {
        if (round.length === 0) round = random.shuffled(faults);
        session ??= await this.open(kind, random);
        const fault = round.pop()!;
        onStrike(fault);
        tried.add(fault);
        if (await session.strike(fault)) continue;
        const broken = session;
        session = undefined;
        await this.close(broken);
      }
    } catch (error) {
      // What was seen until then is judged.
      if (!signal.aborted) throw error;
    } finally {
      if (session) await this.close(session);
    }
  }

  private async open(kind: KitKind, random: SeededRandom): Promise<Session> {
    const system = await PrivateSystem.start({ ...this.options, kit: new kind(), random });
    const session = new Session(system, `s${this.ledgers.length}`, this.options.signal);
    this.ledgers.push(session.ledger);
    await session.start();
    return session;
  }

  private async close(session: Session): Promise<void> {
    const { folder } = this.options;
    try {
      await session.settle();
    } finally {
      this.kills += session.system.kills;
      this.growths.push(...session.system.growth.growths());
      await session.system.stop(join(folder, `system-${this.ledgers.indexOf(session.ledger)}.jsonl`));
    }
  }
}

function plainLast(a: KitKind, b: KitKind): number {
  return Number(a === Kit) - Number(b === Kit);
}
