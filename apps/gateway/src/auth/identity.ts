import type { FastifyInstance } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isPublic } from '../http/route.js';
import { KEYLESS_CALLER, type ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import { clientAddressOf, type ClientAddress, type Networks } from './client-address.js';

/** Who sent a request. It is resolved once per request and carried as `request.identity`. */
export interface Identity extends ClientAddress {
  /** SHA-256 of the API key that was sent, in hex, whether the key is known or not. */
  readonly key?: string;
  /** Absent if the request has no known key. */
  readonly caller?: Caller;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent on public routes. */
    identity?: Identity;
  }
}

/** The parts of a request that tell who sent it. */
export interface Credentials {
  readonly socketAddress: string | undefined;
  readonly forwardedFor: string | string[] | undefined;
  readonly authorization: string | undefined;
}

/** Resolves identities with one index of the API keys, which holds their hashes only. */
export class Identities {
  private readonly index: readonly { readonly hash: Buffer; readonly caller: Caller }[];

  constructor(
    apiKeys: ApiKeys,
    private readonly trustedProxies: Networks,
  ) {
    this.index = [...apiKeys].map(([apiKey, caller]) => {
      const hash = sha256(apiKey);
      return { hash, caller: { ...caller, key: hash.toString('hex') } };
    });
  }

  resolve({ socketAddress, forwardedFor, authorization }: Credentials): Identity {
    const client = clientAddressOf(socketAddress, forwardedFor, this.trustedProxies);
    if (this.index.length === 0) return { ...client, caller: KEYLESS_CALLER };
    const sent = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
    if (sent === undefined) return client;
    const hash = sha256(sent);
    // Every key is compared in constant time: the duration reveals nothing about the keys.
    const [match] = this.index.filter((known) => timingSafeEqual(known.hash, hash));
    return { ...client, key: hash.toString('hex'), ...(match && { caller: match.caller }) };
  }
}

/** Resolves the identity of every request that is not for a public route. Attach it before the hooks that read it. */
export function attachIdentity(fastify: FastifyInstance, identities: Identities): void {
  fastify.decorateRequest('identity');
  fastify.addHook('onRequest', (request, _, done) => {
    const { authorization, 'x-forwarded-for': forwardedFor } = request.headers;
    const socketAddress = request.raw.socket.remoteAddress;
    if (!isPublic(request)) request.identity = identities.resolve({ socketAddress, forwardedFor, authorization });
    done();
  });
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
