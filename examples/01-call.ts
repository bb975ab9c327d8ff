// 01: call a pipeline over HTTP and wait for the answer.
//
//     npx node examples/01-call.ts "How do I change my PIN?"
import { gateway } from './instance.ts';

interface Reply {
  result: string;
  run_id: string;
  /** Without citations if the help centre could not be searched. */
  details: { citations?: { title: string }[] };
  error?: { code: string; message: string };
}

const text = process.argv[2] ?? 'How do I change my PIN?';
const response = await fetch(`${gateway}/serving/process`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'customer_service', text }),
});
const { result, details, run_id, error } = (await response.json()) as Reply;
if (error) throw new Error(`${error.code}: ${error.message}`);

console.log(`answer: ${result}`);
for (const title of new Set(details.citations?.map((citation) => citation.title))) console.log(`source: ${title}`);
console.log(`run: ${run_id}`);
