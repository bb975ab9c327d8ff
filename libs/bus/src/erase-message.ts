import type { JetStreamManager } from '@nats-io/jetstream';
import { isNotFound } from './broker-errors.js';

/** Removes a message and overwrites its bytes in the files of the broker. Does nothing if the message is not there. */
export async function eraseMessage(jsm: JetStreamManager, stream: string, sequence: number): Promise<void> {
  try {
    await jsm.streams.deleteMessage(stream, sequence, true);
  } catch (error) {
    // The server answers for an absent message with the code of any failed deletion.
    if (!isNotFound(error) && (await exists(jsm, stream, sequence))) throw error;
  }
}

async function exists(jsm: JetStreamManager, stream: string, sequence: number): Promise<boolean> {
  return (await jsm.streams.getMessage(stream, { seq: sequence })) !== null;
}
