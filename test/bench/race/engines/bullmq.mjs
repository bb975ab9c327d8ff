// A job in queue A, whose worker adds one to queue B; the result is heard over the events of queue B. The id of B's job
// makes a repetition the same job. Completed jobs are removed: no record and no stored result.
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Waiting } from '../engine.ts';

const connectionOf = (url) => ({ host: '127.0.0.1', port: Number(new URL(url).port), maxRetriesPerRequest: null });

export async function open(url) {
  const connection = connectionOf(url);
  const [queue, events, waiting] = [
    new Queue('a', { connection }),
    new QueueEvents('b', { connection }),
    new Waiting(),
  ];
  events.on('completed', ({ jobId, returnvalue }) => waiting.settle(jobId, returnvalue.text));
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  let next = 0;
  return async (text) => {
    const jobId = `t${next++}`;
    const answer = waiting.for(jobId);
    await queue.add('step', { text }, { jobId, removeOnComplete: true });
    return answer;
  };
}

export async function work(url, step) {
  const connection = connectionOf(url);
  const b = step === 'a' ? new Queue('b', { connection }) : undefined;
  const handlers = {
    a: async (job) => void (await b.add('step', job.data, { jobId: job.id, removeOnComplete: true })),
    b: (job) => Promise.resolve(job.data),
  };
  await new Worker(step, handlers[step], { connection, concurrency: 64 }).waitUntilReady();
}
