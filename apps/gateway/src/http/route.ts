import { describeIssue, LlmosError, pathOf, type Role } from '@llmos/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ErrorShape } from './errors.js';
import { readFields } from './request-body.js';

/** What a route accepts and returns. The schemas validate requests and describe the route in OpenAPI documents. */
export interface RouteSchemas {
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Keyed by the documented names of the headers. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The JSON bodies of replies, by their status. */
  readonly replies: Readonly<Record<number, z.ZodType>>;
  /** The reply is a stream of server-sent events, always or if the client accepts one. */
  readonly streams?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    isPublic?: true;
    role?: Role;
    errorShape?: ErrorShape;
    schemas?: RouteSchemas;
    rawBody?: true;
  }
}

/** The route, or each route of the controller, needs no key, is not observed and is never throttled. */
export const Public = () => configure({ isPublic: true });

/** The role that a caller needs for the route, or for each route of the controller. */
export const Roles = (role: Role) => configure({ role });

/** Gives the errors of the route, or of each route of the controller, a body of another shape. */
export const UseErrorShape = (errorShape: ErrorShape) => configure({ errorShape });

/** The handler of the route receives the bytes of a JSON body, which it parses itself. */
export const RawBody = () => configure({ rawBody: true });

/** Declares the schemas of a route. {@link Params}, {@link Query}, {@link RequestHeaders} and {@link Fields} validate with them. */
export const Schemas = (schemas: RouteSchemas) => configure({ schemas });

/** Injects the path parameters, validated. */
export const Params = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  return check(request.routeOptions.config.schemas?.params, request.params);
});

/** Injects the query parameters, validated. */
export const Query = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  return check(request.routeOptions.config.schemas?.query, request.query);
});

/** Injects the headers that the route declares, validated. */
export const RequestHeaders = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  const schema = request.routeOptions.config.schemas?.headers;
  const names = Object.keys(schema?.shape ?? {});
  return check(schema, Object.fromEntries(names.map((name) => [name, request.headers[name.toLowerCase()]])));
});

/** Injects the fields of the body, a JSON object or a form, validated. */
export const Fields = createParamDecorator(async (_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  return check(request.routeOptions.config.schemas?.body, await readFields(request));
});

export function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.config.isPublic === true;
}

/** @throws LlmosError INVALID_ARGUMENT naming the field at fault. */
export function check<T>(schema: z.ZodType<T> | undefined, value: unknown): T {
  if (!schema) throw new Error('the route declares no schema for what its handler reads');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = faultOf(parsed.error.issues);
  throw new LlmosError('INVALID_ARGUMENT', describeIssue(issue), {
    field: pathOf(issue).map(String).join('.') || 'body',
  });
}

/** A field that is missing may be there under a name that is unknown: that is named first. */
function faultOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
}

/** Merges settings into the Fastify configuration of routes, which hooks can read before the body is read. */
function configure(config: FastifyContextConfig): ClassDecorator & MethodDecorator {
  return (target: object, _?: PropertyKey, method?: PropertyDescriptor) => {
    const methods = method ? [method] : Object.values(Object.getOwnPropertyDescriptors(prototypeOf(target)));
    for (const { value } of methods as { value: object }[])
      Reflect.defineMetadata(ROUTE_CONFIG, { ...config, ...Reflect.getMetadata(ROUTE_CONFIG, value) }, value);
  };
}

const ROUTE_CONFIG = RouteConfig({}).KEY;

function prototypeOf(controller: object): object {
  return (controller as { prototype: object }).prototype;
}

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}
