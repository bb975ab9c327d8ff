import { CONFIG, Readiness, readyzBody } from '@llmos/mesh';
import { registry } from '@llmos/telemetry';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AvailabilityService } from './availability.service.js';
import type { GatewayConfig } from './gateway.config.js';
import { Public, Schemas } from './http/route.js';

const alive = z.object({ service: z.string(), alive: z.literal(true) });
const readiness = z.object({ service: z.string(), ready: z.boolean(), checks: z.array(z.looseObject({})) });

/** The routes of operators and orchestrators. */
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly availability: AvailabilityService,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** The process is alive, whatever the state of the broker. */
  @Get('/healthz')
  @Schemas({ summary: 'Whether the process is alive', replies: { 200: alive } })
  healthz(): z.infer<typeof alive> {
    return { service: this.config.service, alive: true };
  }

  /**
   * 503 while this gateway cannot work. A missing service or model is reported, but only the pipelines that need it
   * are refused or degraded: a 503 would take every gateway out of the load balancer, and all pipelines with it.
   */
  @Get('/readyz')
  @Schemas({ summary: 'Whether the gateway can work', replies: { 200: readiness, 503: readiness } })
  readyz(@Res() reply: FastifyReply): void {
    const { ready } = this.readiness;
    const { status, body } = readyzBody(this.config.service, { ready, checks: this.availability.checks });
    void reply.status(status).send(body);
  }

  @Get('/metrics')
  @Schemas({ summary: 'Metrics in the text format of Prometheus', replies: { 200: z.string() } })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}
