import { LlmosError } from './errors.js';
import { tagOf } from './ids.js';
import type { Role } from './pipeline.js';

/** Two waits, two streams: someone waits for a `live` run; a `durable` one may wait but may never be lost. */
export type Lane = 'live' | 'durable';
export const LANES: readonly Lane[] = ['live', 'durable'];

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** One subject token. Anything else (a dot, a wildcard, a space) would address somebody else's subject. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

function token(kind: string, text: string): string {
  if (!isToken(text)) {
    throw new LlmosError('INVALID_ARGUMENT', `A ${kind} is 1 to 64 letters, digits, '_' or '-'.`, { field: kind });
  }
  return text;
}

const OPERATOR = '~operator';

/** The only place where subjects are spelled. */
export const subjects = {
  task: (lane: Lane, capability: string) => `llmos.task.${lane}.${capability}`,
  tasks: (lane: Lane) => `llmos.task.${lane}.>`,
  intake: (tenant: string, pipeline: string) => `llmos.in.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  /** Events that speak as an operator: no tenant can be called `~operator`, so no tenant's permission reaches it. */
  operatorIntake: (tenant: string, pipeline: string) =>
    `llmos.in.${OPERATOR}.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  intakeAll: () => 'llmos.in.>',
  /** What a permission of a tenant's callers, or of its operators, has to name. */
  intakeOf: (tenant: string) => `llmos.in.${token('tenant', tenant)}.>`,
  operatorIntakeOf: (tenant: string) => `llmos.in.${OPERATOR}.${token('tenant', tenant)}.>`,
  result: (tenant: string, pipeline: string) => `llmos.out.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  resultsOf: (tenant: string) => `llmos.out.${token('tenant', tenant)}.*`,
  results: () => 'llmos.out.>',
  /** What a permission to read a tenant's results has to name. */
  resultsBelow: (tenant: string) => `llmos.out.${token('tenant', tenant)}.>`,
  answer: (run: string) => `llmos.answer.${tagOf(run)}.${token('run', run)}`,
  /** Every answer of the runs with this tag. */
  answersTagged: (tag: string) => `llmos.answer.${tag}.*`,
  answers: () => 'llmos.answer.>',
  /** Where the broker keeps a schedule; what it fires goes to {@link due}. */
  schedule: (tenant: string, name: string) => `llmos.schedule.${token('tenant', tenant)}.${token('schedule', name)}`,
  schedules: (tenant: string) => `llmos.schedule.${token('tenant', tenant)}.*`,
  schedulesAll: () => 'llmos.schedule.>',
  due: (tenant: string, pipeline: string) => `llmos.due.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  dueOf: (tenant: string) => `llmos.due.${token('tenant', tenant)}.*`,
  dueAll: () => 'llmos.due.>',
  cancel: (run: string) => `llmos.cancel.${token('run', run)}`,
  cancels: () => 'llmos.cancel.*',
  deadLetter: (service: string, tenant: string) => `llmos.dlq.${token('service', service)}.${token('tenant', tenant)}`,
  deadLettersFrom: (service: string) => `llmos.dlq.${token('service', service)}.*`,
  deadLettersOf: (tenant: string) => `llmos.dlq.*.${token('tenant', tenant)}`,
  deadLetters: () => 'llmos.dlq.>',
};

/**
 * `llmos.in.acme.customer_service`, or `llmos.in.~operator.acme.rotate_key`, → tenant, pipeline and as whom the event
 * speaks; undefined when the subject has another shape.
 */
export function parseIntakeSubject(subject: string): { tenant: string; pipeline: string; role: Role } | undefined {
  const [, , ...address] = subject.split('.');
  const role = address[0] === OPERATOR ? 'operator' : 'caller';
  const [tenant, pipeline, ...rest] = role === 'operator' ? address.slice(1) : address;
  if (!tenant || !pipeline || rest.length > 0 || !isToken(tenant) || !isToken(pipeline)) return undefined;
  return { tenant, pipeline, role };
}

/** `llmos.task.live.asr.transcribe` → `asr.transcribe`; undefined when the subject is no task's. */
export function capabilityOf(subject: string): string | undefined {
  const [root, kind, lane, ...capability] = subject.split('.');
  const isTask = root === 'llmos' && kind === 'task' && (lane === 'live' || lane === 'durable');
  return isTask && capability.length === 2 ? capability.join('.') : undefined;
}

/** `llmos.due.acme.train_recommender` → tenant and pipeline; undefined when the subject has another shape. */
export function parseDueSubject(subject: string): { tenant: string; pipeline: string } | undefined {
  const [root, due, tenant, pipeline, ...rest] = subject.split('.');
  if (root !== 'llmos' || due !== 'due' || !tenant || !pipeline || rest.length > 0) return undefined;
  return { tenant, pipeline };
}

/** `llmos.schedule.acme.nightly` → tenant and name; undefined when the subject has another shape. */
export function parseScheduleSubject(subject: string): { tenant: string; name: string } | undefined {
  const [root, schedule, tenant, name, ...rest] = subject.split('.');
  if (root !== 'llmos' || schedule !== 'schedule' || !tenant || !name || rest.length > 0) return undefined;
  return { tenant, name };
}
