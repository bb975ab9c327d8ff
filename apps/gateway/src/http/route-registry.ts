import { Injectable } from '@nestjs/common';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { RouteSchemas } from './route.js';

export interface Route {
  readonly method: string;
  /** With its parameters as `{name}`. */
  readonly path: string;
  readonly config: FastifyContextConfig & { readonly schemas: RouteSchemas };
}

/** The routes of the gateway with their schemas, and the OpenAPI document that describes them. */
@Injectable()
export class RouteRegistry {
  private readonly registered: Route[] = [];
  /** The methods of each address, documented or not. */
  private readonly methods: { readonly address: RegExp; readonly method: string }[] = [];

  get routes(): readonly Route[] {
    return this.registered;
  }

  /** Call it before the routes are added. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url, config }) => {
      for (const each of [method].flat()) this.methods.push({ address: addressOf(url), method: each });
      if (!config?.schemas || method === 'HEAD') return;
      const path = pathOf(url);
      this.registered.push({ method: String(method), path, config: { ...config, schemas: config.schemas } });
    });
  }

  /** The methods that an address takes, in order; none if there is nothing at this address. */
  methodsOf(path: string): string[] {
    const known = this.methods.filter(({ address }) => address.test(path)).map(({ method }) => method);
    return known.length === 0 ? [] : [...new Set([...known, 'OPTIONS'])].sort();
  }

  /** An OpenAPI 3.1 document. */
  get document(): object {
    const paths: Record<string, Record<string, object>> = {};
    for (const { method, path, config } of this.registered)
      (paths[path] ??= {})[method.toLowerCase()] = operationOf(config);
    return {
      openapi: '3.1.0',
      info: { title: 'LLM OS', version: '1' },
      paths,
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    };
  }
}

/** `/v1/runs/:id` → `/v1/runs/{id}` */
export function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}

/** Matches the paths of a route, also with a slash at the end: each parameter is one part of the path. */
function addressOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${parts.join('/')}/?$`);
}

function operationOf({ isPublic, schemas }: Route['config']): object {
  const { summary, params, query, headers, body, replies, streams } = schemas;
  const events = streams ? { 200: { description: 'OK', content: { 'text/event-stream': {} } } } : {};
  return {
    summary,
    security: isPublic ? [] : [{ apiKey: [] }],
    parameters: [...parametersOf('path', params), ...parametersOf('query', query), ...parametersOf('header', headers)],
    ...(body ? { requestBody: { required: true, content: contentOf(body, 'input') } } : {}),
    responses: {
      ...events,
      ...Object.fromEntries(
        Object.entries(replies).map(([status, schema]) => [
          status,
          { description: STATUS_CODES[status], content: contentOf(schema, 'output') },
        ]),
      ),
    },
  };
}

function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodObject | undefined): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, each]) => ({
    name,
    in: place,
    required: !(each as z.ZodType).safeParse(undefined).success,
    schema: jsonSchemaOf(each as z.ZodType, 'input'),
  }));
}

function contentOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const type = schema instanceof z.ZodString ? 'text/plain' : 'application/json';
  return { [type]: { schema: jsonSchemaOf(schema, io) } };
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}
