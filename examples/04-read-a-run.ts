// 04: start a durable run, then read its record until it has ended.
//
//     npx node examples/04-read-a-run.ts
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { gateway } from './instance.ts';

interface RunRecord {
  status: 'accepted' | 'running' | 'completed' | 'failed' | 'cancelled' | 'expired';
  result?: string;
  steps: { step: string; handlerMs: number }[];
}

const started = await fetch(`${gateway}/v1/runs`, {
  method: 'POST',
  // The same key returns the same run, so this request can be repeated after a lost connection.
  headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
  body: JSON.stringify({ name: 'text_analysis', text: 'Ada Lovelace works for Acme in London.' }),
});
const { run_id } = (await started.json()) as { run_id: string };
console.log(`accepted: ${run_id}`);

let run: RunRecord;
do {
  await pause(200);
  run = (await (await fetch(`${gateway}/v1/runs/${run_id}`)).json()) as RunRecord;
} while (run.status === 'accepted' || run.status === 'running');

console.log(`${run.status}: ${run.result}`);
for (const { step, handlerMs } of run.steps) console.log(`step: ${step}, ${Math.round(handlerMs)} ms`);
