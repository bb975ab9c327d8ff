import type { Role } from '@llmos/contracts';
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
