import { BUCKETS, LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { Alert, alerts, silence, Silence } from '@llmos/contracts/capabilities/scheduler-alerts';
import { Bus, CONFIG, LOGGER, Readiness, type ServiceConfig } from '@llmos/mesh';
import { steadyNow } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { REPLICA_HOST, type ReplicaHost } from '../../scale/live/replica-host.port.js';
import type { SchedulerConfig } from '../../scheduler.config.js';
import type { Signal } from '../../signals/signals.js';
import { SignalsFeed } from '../../signals/signals-feed.js';
import { Actions } from '../healing/actions.js';
import { Healer } from '../healing/healer.js';
import { AlertBook } from './alert-book.js';
import { AlertReports, showFiring } from './alert-reports.js';
import { figureValuesOf } from './figure-values.js';
import { readGraph, readThresholds } from './files.js';
import { Silences } from './silences.js';

const CHECK = 'thresholds';
/** How often the figures are judged, and what rates and quantiles are over, in milliseconds. */
const EVERY_MS = 5_000;
const WINDOW_MS = 20_000;

/** Judges the figures of all processes by the thresholds of the operator, all the time, and has done about them what is allowed. */
@Injectable()
export class WatchService implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private readonly reports: AlertReports;
  private readonly actions: Actions;
  private book: AlertBook | undefined;
  private healer: Healer | undefined;
  private silences: Silences | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly feed: SignalsFeed,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: SchedulerConfig & ServiceConfig,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(REPLICA_HOST) host: ReplicaHost | undefined,
  ) {
    this.reports = new AlertReports(bus, log);
    this.actions = new Actions(bus, log, { allowed: config.actions, pageUrl: config.pageUrl, host });
  }

  onModuleInit(): void {
    const options = { signal: this.leaving.signal, log: this.log };
    const open = async () => {
      this.silences ??= await Silences.open(await this.bus.kv(BUCKETS.silences));
      const [{ rules }, graph] = await Promise.all([
        readThresholds(this.config.thresholdsPath),
        readGraph(this.config.pipelinesDir),
      ]);
      this.book = new AlertBook(rules, graph);
      this.healer = new Healer(rules, this.config.actions);
    };
    void this.readiness.bring(CHECK, open, { ...options, without: 'Nothing is watched.' });
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  onModuleDestroy(): void {
    this.leaving.abort();
    clearInterval(this.timer);
    this.silences?.stop();
  }

  alerts(): OutputOf<typeof alerts> {
    const silences = this.standingSilences();
    const fault = this.readiness.messageOf(CHECK);
    return {
      rules: this.book?.names.length ?? 0,
      ...(fault === undefined ? {} : { fault }),
      alerts: this.book?.alerts(silences) ?? [],
      silences,
      actions: [...this.actions.list],
    };
  }

  /** @throws LlmosError UNAVAILABLE before the silences could be read; NOT_FOUND if there is none to lift, or no such alert. */
  async silence(input: InputOf<typeof silence>): Promise<OutputOf<typeof silence>> {
    const { silences } = this;
    if (!silences) throw new LlmosError('UNAVAILABLE', 'The silences cannot be read yet. Try again.');
    const { lift, forSeconds = 0, reason = '', alert, of } = input;
    if (lift !== undefined) await silences.lift(lift, steadyNow());
    else {
      if (alert !== undefined && this.book && !this.book.names.includes(alert))
        throw new LlmosError('NOT_FOUND', `There is no alert '${alert}'; there are: ${this.book.names.join(', ')}.`);
      const what = { ...(alert === undefined ? {} : { alert }), ...(of === undefined ? {} : { of }) };
      await silences.add({ ...what, reason }, forSeconds, steadyNow());
    }
    return { silences: this.standingSilences() };
  }

  private look(): void {
    const { book, healer } = this;
    // Without figures, nothing is known: neither that something is wrong nor that it is over.
    if (!book || !healer || !this.bus.usable) return;
    const silences = this.standingSilences();
    const nowSeconds = steadyNow() / 1_000;
    const signal = this.feed.read(WINDOW_MS);
    const changed = book.look(figureValuesOf(signal), nowSeconds, silences);
    const standing: readonly Alert[] = book.alerts(silences);
    const tells = isFirst(signal);
    showFiring(tells ? standing : []);
    if (!tells) return;
    for (const group of changed) this.reports.tell(group);
    for (const decision of healer.decide(standing, signal, nowSeconds))
      this.actions.do(decision).catch((error: unknown) => this.log.warn({ err: error }, 'an action was not told'));
  }

  private standingSilences(): Silence[] {
    return this.silences?.list(steadyNow()) ?? [];
  }
}

/** Of several schedulers, the one that runs for longest tells what all of them see. */
function isFirst({ processes }: Signal): boolean {
  const own = processes.filter(({ service, ready }) => service === 'scheduler' && ready);
  const first = own.sort((a, b) => b.upSeconds - a.upSeconds || a.node.localeCompare(b.node))[0];
  return first === undefined || first.pid === process.pid;
}
