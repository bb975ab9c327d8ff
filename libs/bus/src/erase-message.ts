import type { JetStreamManager } from '@nats-io/jetstream';
import { isNotFound } from './topology.js';

/** Removes a message and overwrites its bytes in the broker's files. That somebody else was first is no failure. */
export async function eraseMessage(jsm: JetStreamManager, stream: string, sequence: number): Promise<void> {
  try {
    await jsm.streams.deleteMessage(stream, sequence, true);
  } catch (error) {
    // The server has several words for a message that is not there; one of them it uses for other trouble too.
    if (!isNotFound(error) && (await exists(jsm, stream, sequence))) throw error;
  }
}

async function exists(jsm: JetStreamManager, stream: string, sequence: number): Promise<boolean> {
  try {
    return (await jsm.streams.getMessage(stream, { seq: sequence })) !== null;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
