import { LlmosError, mayAct, type Role } from '@llmos/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The authenticated identity that sent a request: the tenant it acts for and what it may do. */
export interface Caller {
  readonly tenant: string;
  readonly role: Role;
  /** SHA-256 of its API key, in hex; absent where no keys are set, and for events. */
  readonly key?: string;
}

/** Injects the {@link Caller} of a request into a handler. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The caller that the auth hook let in. Public routes have none. */
export function callerOf({ identity, url }: FastifyRequest): Caller {
  if (!identity?.caller) throw new Error(`${url} was handled without a caller`);
  return identity.caller;
}

/** FORBIDDEN if the caller lacks a role. Its message names the role and the setting that gives roles to keys. */
export function roleRefusal({ role }: Caller, needed: Role, what: string): LlmosError | undefined {
  if (mayAct(role, needed)) return undefined;
  return new LlmosError(
    'FORBIDDEN',
    `${what} needs a key with the role '${needed}', and this key has '${role}'. ` +
      `The gateway's LLMOS_API_KEYS gives roles: <key>:<tenant>:${needed}.`,
  );
}
