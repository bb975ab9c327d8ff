import { WatchedBucket, type Bus, type KvBucket } from '@llmos/bus';
import { BUCKETS, nodeSchema, serviceOf, type Check, type NodeState } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';

/** How often a process writes its state. It also does at each change. */
export const STATE_EVERY_MS = 3_000;
/** How often a process shows that it is alive. */
export const SIGN_EVERY_MS = 400;
/** A process without a sign for this long is dead or frozen: three are missing. */
const SILENT_MS = 1_200;
const SWEEP_MS = 200;
/** The state of a process that does not write it any more is kept for this long. */
export const NODE_TTL_MS = 4 * STATE_EVERY_MS;
/** The processes of an installation that starts have shown themselves by then. */
const START_MS = 20_000;

interface SeenNode {
  readonly state: NodeState;
  readonly seenAtMs: number;
}

/**
 * The processes of the installation. Each writes its state into one bucket every few seconds, and entries expire. In
 * between it publishes signs of life, so that a dead or frozen process is noticed within about a second.
 */
export class Nodes {
  private watched: WatchedBucket<SeenNode> | undefined;
  private stopSigns: (() => void) | undefined;
  /** For how long each process that gives signs has given none. Time in which this process heard nothing is not counted. */
  private readonly silentMs = new Map<string, number>();
  /** The capabilities for which a process is ready. */
  private ready: ReadonlySet<string> = new Set();
  /** Those of them for which only the scheduler speaks. */
  private asleep: ReadonlySet<string> = new Set();
  /** Since when each capability that had a ready process has none. */
  private readonly lostAtMs = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private isStarted = false;

  private constructor(
    private readonly bus: Bus,
    private readonly bucket: KvBucket,
  ) {}

  static async open(bus: Bus): Promise<Nodes> {
    return new Nodes(bus, await bus.kv(BUCKETS.nodes, { storage: 'memory', ttlMs: NODE_TTL_MS }));
  }

  /** Publishes the state of this process. */
  async announce(state: NodeState): Promise<void> {
    await this.bucket.put(state.node, new TextEncoder().encode(JSON.stringify(state)));
  }

  /** Shows that the process is alive. A process that does so once must do so every {@link SIGN_EVERY_MS}. */
  sign({ service, node }: Pick<NodeState, 'service' | 'node'>): void {
    this.bus.signs.tellAlive(service, node);
  }

  async leave(node: string): Promise<void> {
    await this.bucket.delete(node);
  }

  /** Keeps {@link list} up to date from now on, until {@link stop}. */
  async watch(): Promise<void> {
    const signs = this.bus.signs.onAlive((node) => this.heard(node));
    this.watched = await WatchedBucket.open<SeenNode>(this.bucket, {
      decode: (value) => ({
        state: nodeSchema.parse(JSON.parse(new TextDecoder().decode(value))),
        seenAtMs: steadyNow(),
      }),
      onChange: (node, now) => {
        if (!now) this.silentMs.delete(node);
        this.noteReady();
      },
    });
    let sweptAtMs = steadyNow();
    const timer = setInterval(() => {
      const elapsedMs = steadyNow() - sweptAtMs;
      sweptAtMs = steadyNow();
      this.sweep(elapsedMs);
    }, SWEEP_MS);
    const start = setTimeout(() => {
      this.isStarted = true;
      this.tell();
    }, START_MS).unref();
    this.stopSigns = () => {
      clearInterval(timer);
      clearTimeout(start);
      signs.stop();
    };
  }

  stop(): void {
    this.stopSigns?.();
    this.watched?.stop();
  }

  /** The processes that live, as far as is known. */
  list(): NodeState[] {
    return [...(this.watched?.entries() ?? [])]
      .filter(([node]) => (this.silentMs.get(node) ?? 0) <= SILENT_MS)
      .map(([, { state }]) => state);
  }

  /** The state of a capability: ready if a node is ready for it, else the first check that a node waits for. */
  checkOf(capability: string): Check {
    const able = this.list().filter(({ capabilities }) => capabilities.includes(capability));
    if (able.some((node) => isReadyFor(node, capability))) return { name: capability, state: 'ready' };
    const missing = able.flatMap((node) => missingFor(node, capability))[0];
    if (missing)
      return { ...missing, name: capability, message: missing.message ?? `${missing.name}: ${missing.state}` };
    return { name: capability, state: 'failed', message: `No service that does '${capability}' is running.` };
  }

  /** Whether a process is ready for a capability, or is started as soon as a task comes. */
  hasReady(capability: string): boolean {
    return this.ready.has(capability);
  }

  /** A process has ended, as whoever started it has seen: its silence is not waited for. */
  noteEnded(node: string): void {
    this.silentMs.set(node, SILENT_MS + 1);
    this.noteReady();
  }

  /** Asks for a process of a capability whose service sleeps: a task for it comes. Does nothing if a process is ready. */
  wake(capability: string): void {
    if (this.asleep.has(capability)) this.bus.signs.wake(serviceOf(capability));
  }

  /**
   * Whether the process of a capability is gone: one was ready and none is now, or none has come in the time of a start. A
   * process that still loads for the first time is not missed.
   */
  isMissed(capability: string): boolean {
    if (this.hasReady(capability)) return false;
    if (this.lostAtMs.has(capability)) return true;
    return this.isStarted && !this.list().some(({ capabilities }) => capabilities.includes(capability));
  }

  /** For how long no process has been ready for a capability, in milliseconds: 0 if one is, Infinity if none ever was. */
  awayMs(capability: string): number {
    return this.hasReady(capability) ? 0 : steadyNow() - (this.lostAtMs.get(capability) ?? -Infinity);
  }

  /** Registers a listener for changes of {@link hasReady} and {@link isMissed}. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  private sweep(elapsedMs: number): void {
    // Nothing is heard while the broker is away, or while this process stands still.
    const countedMs = this.bus.usable ? Math.min(elapsedMs, 2 * SWEEP_MS) : 0;
    let fellSilent = false;
    for (const [node, ms] of this.silentMs) {
      const now = countedMs === 0 ? 0 : ms + countedMs;
      fellSilent ||= ms <= SILENT_MS && now > SILENT_MS;
      if (now > NODE_TTL_MS) this.silentMs.delete(node);
      else this.silentMs.set(node, now);
    }
    const oldestMs = steadyNow() - NODE_TTL_MS;
    for (const [node, { seenAtMs }] of this.watched?.entries() ?? [])
      if (seenAtMs < oldestMs) this.watched?.set(node, undefined);
    if (fellSilent) this.noteReady();
  }

  private heard(node: string): void {
    const wasSilent = (this.silentMs.get(node) ?? 0) > SILENT_MS;
    this.silentMs.set(node, 0);
    if (wasSilent) this.noteReady();
  }

  private noteReady(): void {
    const before = this.ready;
    const nodes = this.list();
    const awake = readyIn(nodes.filter(({ asleep }) => !asleep));
    this.ready = readyIn(nodes);
    this.asleep = new Set([...this.ready].filter((capability) => !awake.has(capability)));
    const lost = [...before].filter((capability) => !this.ready.has(capability));
    for (const capability of lost) this.lostAtMs.set(capability, steadyNow());
    if (lost.length > 0 || this.ready.size !== before.size) this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function readyIn(nodes: readonly NodeState[]): ReadonlySet<string> {
  return new Set(nodes.flatMap((node) => node.capabilities.filter((capability) => isReadyFor(node, capability))));
}

/** The capabilities of a node that is of an older version are ready together. */
export function isReadyFor({ ready, waiting }: NodeState, capability: string): boolean {
  return waiting ? !(capability in waiting) : ready;
}

function missingFor({ checks, waiting }: NodeState, capability: string): Check[] {
  const needed = waiting?.[capability];
  return checks.filter(({ name, state }) => state !== 'ready' && (needed?.includes(name) ?? true));
}
