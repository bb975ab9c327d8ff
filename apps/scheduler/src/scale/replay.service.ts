import { KeyedQueue } from '@llmos/resilience';
import type { ReplayInput, ReplayOutput } from './replay.js';
import { inReplayThread } from './threads/replay-thread.js';

/** Replays one request at a time, because each takes a core; further ones wait. */
export class ReplayService {
  private readonly queue = new KeyedQueue();

  /** @throws the reason of `signal` when it aborts; Error if the replay failed. */
  replay(input: ReplayInput, signal: AbortSignal): Promise<ReplayOutput> {
    return this.queue.run('replay', () => inReplayThread(input, signal), signal);
  }
}
