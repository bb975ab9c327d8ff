import { counter, gauge, secondsHistogram } from '@llmos/telemetry';

/** What every service counts. */
export const taskMetrics = {
  tasks: counter('llmos_tasks_total', 'Tasks that were ended, by how', ['capability', 'outcome']),
  passedOver: counter('llmos_steps_passed_over_total', 'Steps that runs went on without, or whose fallback they used', [
    'capability',
    'pipeline',
    'step',
    'reason',
  ]),
  retries: counter('llmos_retries_total', 'Tasks that failed and could be tried again, by what the budget allowed', [
    'capability',
    'outcome',
  ]),
  routed: counter(
    'llmos_routed_tasks_total',
    'Live tasks of capabilities that declare what they read, by where they went',
    ['capability', 'to'],
  ),
  inWork: gauge('llmos_tasks_in_work', 'Tasks that this process has pulled and not settled yet', ['capability']),
  handler: secondsHistogram('llmos_handler_seconds', 'Time in the handler alone', ['capability']),
  queue: secondsHistogram('llmos_queue_wait_seconds', 'From the publish of a task to the start of its handler', [
    'capability',
  ]),
  tokens: counter('llmos_tokens_total', 'Tokens that language models have read and written', ['capability']),
};
