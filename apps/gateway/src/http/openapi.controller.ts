import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { RouteRegistry } from './route-registry.js';
import { Schemas } from './route.js';

/** `/openapi.json`: the OpenAPI document of the gateway. */
@Controller()
export class OpenApiController {
  constructor(private readonly routes: RouteRegistry) {}

  @Get('/openapi.json')
  @Schemas({ summary: 'Describe all routes', replies: { 200: z.looseObject({ openapi: z.string() }) } })
  show(): object {
    return this.routes.document;
  }
}
