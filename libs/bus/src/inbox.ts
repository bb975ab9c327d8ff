import { createInbox, type NatsConnection } from '@nats-io/transport-node';

/** A new inbox of this connection's user. The client knows the prefix, and its public type hides it. */
export function newInbox(nc: NatsConnection): string {
  const { options } = nc as NatsConnection & { readonly options?: { readonly inboxPrefix?: string } };
  return createInbox(options?.inboxPrefix);
}
