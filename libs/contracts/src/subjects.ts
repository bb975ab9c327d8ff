import { LlmosError } from './errors.js';
import { tagOf } from './ids.js';
import type { Role } from './pipeline.js';

/** A caller waits for a `live` run. A `durable` run may wait, and is never lost. Each lane has its own stream. */
export type Lane = 'live' | 'durable';
export const LANES: readonly Lane[] = ['live', 'durable'];

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** One token of a subject. A dot, a wildcard or a space would address another subject. */
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

/** The subjects of LLM OS. No other code spells them. */
export const subjects = {
  task: (lane: Lane, capability: string) => `llmos.task.${lane}.${capability}`,
  tasks: (lane: Lane) => `llmos.task.${lane}.>`,
  /** Live tasks for one replica of a capability, by its place. */
  taskAt: (capability: string, place: number) => `llmos.task.live.${capability}.${place}`,
  intake: (tenant: string, pipeline: string) => `llmos.in.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  /** Events of operators. No tenant can have the name `~operator`, so no permission of a tenant includes it. */
  operatorIntake: (tenant: string, pipeline: string) =>
    `llmos.in.${OPERATOR}.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  intakeAll: () => 'llmos.in.>',
  /** For the permission of a tenant's callers. */
  intakeOf: (tenant: string) => `llmos.in.${token('tenant', tenant)}.>`,
  /** For the permission of a tenant's operators, beside {@link intakeOf}. */
  operatorIntakeOf: (tenant: string) => `llmos.in.${OPERATOR}.${token('tenant', tenant)}.>`,
  result: (tenant: string, pipeline: string) => `llmos.out.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  /** The result of a message that asked for `pipeline`, which may be no name of a pipeline. */
  resultFor: ({ tenant, pipeline }: { tenant: string; pipeline: string }) =>
    `llmos.out.${token('tenant', tenant)}.${pipeline}`,
  results: () => 'llmos.out.>',
  /** All results of a tenant. */
  resultsBelow: (tenant: string) => `llmos.out.${token('tenant', tenant)}.>`,
  answer: (run: string) => `llmos.answer.${tagOf(run)}.${token('run', run)}`,
  /** All answers of the runs with this tag. */
  answersTagged: (tag: string) => `llmos.answer.${tag}.*`,
  answers: () => 'llmos.answer.>',
  /** In the stream of answers, where nobody listens: for questions about the ids that it knows. */
  answerIds: () => 'llmos.answer.~ids',
  /** Where the broker keeps a schedule. It publishes to {@link due}. */
  schedule: (tenant: string, name: string) => `llmos.schedule.${token('tenant', tenant)}.${token('schedule', name)}`,
  schedules: (tenant: string) => `llmos.schedule.${token('tenant', tenant)}.*`,
  schedulesAll: () => 'llmos.schedule.>',
  due: (tenant: string, pipeline: string) => `llmos.due.${token('tenant', tenant)}.${token('pipeline', pipeline)}`,
  dueOf: (tenant: string) => `llmos.due.${token('tenant', tenant)}.*`,
  dueAll: () => 'llmos.due.>',
  cancel: (run: string) => `llmos.cancel.${token('run', run)}`,
  cancels: () => 'llmos.cancel.*',
  /** The signs of life of a process. */
  alive: (service: string, node: string) => `llmos.alive.${token('service', service)}.${token('node', node)}`,
  aliveFrom: (service: string) => `llmos.alive.${token('service', service)}.*`,
  aliveAll: () => 'llmos.alive.>',
  /** Asks a process to finish its work and end; whoever keeps it running starts it again. */
  leave: (service: string, node: string) => `llmos.leave.${token('service', service)}.${token('node', node)}`,
  leaveOf: (service: string) => `llmos.leave.${token('service', service)}.*`,
  leaveAll: () => 'llmos.leave.>',
  /** A task comes for a service that sleeps. */
  wake: (service: string) => `llmos.wake.${token('service', service)}`,
  wakes: () => 'llmos.wake.*',
  /** How busy the replica of a capability is, and what it has read. */
  replica: (capability: string, place: number) => `llmos.replica.${capability}.${place}`,
  replicasOf: (service: string) => `llmos.replica.${token('service', service)}.>`,
  replicas: () => 'llmos.replica.>',
  /** How many callers wait at a gateway. */
  callers: (node: string) => `llmos.callers.${token('node', node)}`,
  callersAll: () => 'llmos.callers.*',
  deadLetter: (service: string, tenant: string) => `llmos.dlq.${token('service', service)}.${token('tenant', tenant)}`,
  deadLettersFrom: (service: string) => `llmos.dlq.${token('service', service)}.*`,
  deadLettersOf: (tenant: string) => `llmos.dlq.*.${token('tenant', tenant)}`,
  deadLetters: () => 'llmos.dlq.>',
};

/**
 * `llmos.in.acme.customer_service`, or `llmos.in.~operator.acme.rotate_key`, → tenant, pipeline and role; undefined for
 * another form.
 */
export function parseIntakeSubject(subject: string): { tenant: string; pipeline: string; role: Role } | undefined {
  const [, , ...address] = subject.split('.');
  const role = address[0] === OPERATOR ? 'operator' : 'caller';
  const [tenant, pipeline, ...rest] = role === 'operator' ? address.slice(1) : address;
  if (!tenant || !pipeline || rest.length > 0 || !isToken(tenant) || !isToken(pipeline)) return undefined;
  return { tenant, pipeline, role };
}

/**
 * Whom a message from outside concerns, whatever it asks for: `llmos.in.acme.no.such` → `acme` and `no.such`; undefined
 * if it names no tenant.
 */
export function parseInputSubject(subject: string): { tenant: string; pipeline: string } | undefined {
  const [root, kind, ...rest] = subject.split('.');
  if (root !== 'llmos' || (kind !== 'in' && kind !== 'due')) return undefined;
  const [tenant = '', ...pipeline] = kind === 'in' && rest[0] === OPERATOR ? rest.slice(1) : rest;
  return isToken(tenant) && pipeline.length > 0 ? { tenant, pipeline: pipeline.join('.') } : undefined;
}

/**
 * `llmos.task.live.asr.transcribe`, or the same with the place of a replica, → `asr.transcribe`; undefined for another
 * form.
 */
export function capabilityOf(subject: string): string | undefined {
  const [root, kind, lane, service, verb, place = '0', ...rest] = subject.split('.');
  const isTask = root === 'llmos' && kind === 'task' && (lane === 'live' || lane === 'durable');
  return isTask && service && verb && /^\d+$/.test(place) && rest.length === 0 ? `${service}.${verb}` : undefined;
}

/** `llmos.replica.generation.answer.3` → capability and place; undefined for another form. */
export function parseReplicaSubject(subject: string): { capability: string; place: number } | undefined {
  const [root, kind, service, verb, place = '', ...rest] = subject.split('.');
  if (root !== 'llmos' || kind !== 'replica' || !service || !verb || !/^\d+$/.test(place) || rest.length > 0)
    return undefined;
  return { capability: `${service}.${verb}`, place: Number(place) };
}

/** `llmos.due.acme.train_recommender` → tenant and pipeline; undefined for another form. */
export function parseDueSubject(subject: string): { tenant: string; pipeline: string } | undefined {
  const [root, due, tenant, pipeline, ...rest] = subject.split('.');
  if (root !== 'llmos' || due !== 'due' || !tenant || !pipeline || rest.length > 0) return undefined;
  return { tenant, pipeline };
}

/** `llmos.schedule.acme.nightly` → tenant and name; undefined for another form. */
export function parseScheduleSubject(subject: string): { tenant: string; name: string } | undefined {
  const [root, schedule, tenant, name, ...rest] = subject.split('.');
  if (root !== 'llmos' || schedule !== 'schedule' || !tenant || !name || rest.length > 0) return undefined;
  return { tenant, name };
}
