import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Kit } from './kit.js';

const SENTENCE = 'You can change your PIN at any cash machine.';

/**
 * The language model is a server (OpenAI's protocol) that can stall. It says one sentence: what is tried is its silence,
 * and what it says is checked against the passages like all that a model says.
 */
export class ModelServer extends Kit {
  /** Whether it takes requests and says nothing. */
  isStalled = false;
  private server?: Server;

  override async open(): Promise<void> {
    this.server = createServer((request, response) => {
      request.resume();
      request.once('end', () => this.isStalled || answer(response));
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  override environmentOf(process: string): Record<string, string> {
    if (process !== 'generation') return {};
    const { port } = this.server!.address() as AddressInfo;
    return { LLMOS_GENERATION_URL: `http://127.0.0.1:${port}`, LLMOS_GENERATION_MODEL: 'faults' };
  }

  override async close(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    await Promise.resolve();
  }
}

function answer(response: ServerResponse): void {
  const event = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  event({ choices: [{ index: 0, delta: { role: 'assistant', content: SENTENCE }, finish_reason: null }] });
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  event({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 11 } });
  response.end('data: [DONE]\n\n');
}
