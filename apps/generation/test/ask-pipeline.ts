import type { Answer, Pipeline, TerminalAnswer } from '@llmos/contracts';
import type { MeshClient } from '@llmos/mesh';

/** A pipeline of one step: `generation.answer` with these fields beside the question. */
export function askPipeline(fields: Pipeline['steps'][number]['with'], details: Pipeline['details']): Pipeline {
  return {
    name: 'ask',
    version: 1,
    description: '',
    role: 'caller',
    input: { question: { type: 'string', maxLength: 4_000, required: true } },
    deadlineMs: 60_000,
    steps: [
      {
        id: 'answer',
        uses: 'generation.answer',
        with: { question: '${input.question}', ...fields },
        onError: 'fail',
        stream: true,
      },
    ],
    result: '${answer.text}',
    details,
  };
}

/** Asks over the bus, as a gateway does. */
export function askOver(
  client: MeshClient,
  pipeline: Pipeline,
  question: string,
  onAnswer: (answer: Answer) => void = () => undefined,
): Promise<TerminalAnswer> {
  const request = {
    run: client.newRun(),
    tenant: 'acme',
    lane: 'live' as const,
    deadlineMs: Date.now() + 60_000,
    pipeline,
    input: { question },
    traceparent: undefined,
  };
  return client.converse(request, onAnswer, new AbortController().signal);
}
