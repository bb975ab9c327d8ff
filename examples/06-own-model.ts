// 06: a language model of your own: any server that speaks OpenAI's chat protocol.
//
//     npx node examples/06-own-model.ts
//     LLMOS_GENERATION_URL=http://127.0.0.1:8090 LLMOS_GENERATION_MODEL=quoter npm start
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

interface ChatRequest {
  model: string;
  messages: { role: string; content: string }[];
}

const port = Number(process.env['PORT'] ?? 8090);
const server = createServer(async (request, response) => {
  const { messages } = JSON.parse(await text(request)) as ChatRequest;
  // This "model" quotes the first sentence of the passages that it is shown.
  const prompt = messages.at(-1)?.content ?? '';
  const answer = /Text: (.*?[.!?])(?:\s|$)/s.exec(prompt)?.[1] ?? 'I do not know.';
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (chunk: unknown) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  for (const content of answer.split(/(?<= )/)) send({ choices: [{ index: 0, delta: { content } }] });
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  response.end('data: [DONE]\n\n');
});
server.listen(port, '127.0.0.1', () => console.log(`listening on ${JSON.stringify(server.address())}`));
