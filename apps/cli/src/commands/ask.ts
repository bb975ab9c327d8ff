import type { GatewayClient } from '@llmos/client';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { showAnswer } from '../terminal/answer-view.js';
import type { Terminal } from '../terminal/terminal.js';

const QUESTION = 'card-arrival.wav';

/** Asks a recorded question through the gateway, as a caller would, and shows what came of it. */
export async function askSample(client: GatewayClient, root: string, terminal: Terminal): Promise<void> {
  const path = join(root, 'deploy', 'samples', 'questions', QUESTION);
  terminal.line(`\nA recorded question: ${path}`);
  const audio = { name: basename(path), bytes: new Uint8Array(readFileSync(path)) };
  showAnswer(terminal, await client.process('customer_service', { audio }));
}
