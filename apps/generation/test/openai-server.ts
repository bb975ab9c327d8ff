import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

export type Reply = (response: ServerResponse, received: Received) => void | Promise<void>;

export interface OpenAiServer {
  readonly url: string;
  readonly received: Received[];
  reply: Reply;
  close(): Promise<void>;
}

/** A local HTTP server with OpenAI's streaming chat protocol whose replies the test chooses. */
export async function startOpenAiServer(): Promise<OpenAiServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const state = { url: '', received, reply: sendWords([]), close };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const entry = {
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body: JSON.parse(body) as Record<string, unknown>,
    };
    received.push(entry);
    await state.reply(response, entry);
  }
  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

export function event(response: ServerResponse, data: unknown): void {
  response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
}

export const delta = (content: string, finish: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});

/** Sends the pieces, a finish reason, the usage and the end, as vLLM does. */
export function sendWords(pieces: readonly string[]): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    event(response, { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
    for (const piece of pieces) event(response, delta(piece));
    event(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    event(response, { choices: [], usage: { prompt_tokens: 11, completion_tokens: pieces.length } });
    event(response, '[DONE]');
    response.end();
  };
}
