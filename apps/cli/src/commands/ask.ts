import type { GatewayClient } from '@llmos/client';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { showAnswer } from '../terminal/answer-view.js';
import type { Terminal } from '../terminal/terminal.js';

const QUESTION = 'card-arrival.wav';

/** Asks a recorded question through the gateway and shows the answer. */
export async function askSample(client: GatewayClient, samplesDir: string, terminal: Terminal): Promise<void> {
  const path = join(samplesDir, 'questions', QUESTION);
  terminal.line(`\nA recorded question: ${path}`);
  const audio = { name: basename(path), bytes: new Uint8Array(readFileSync(path)) };
  showAnswer(terminal, await client.process('customer_service', { audio }));
}
