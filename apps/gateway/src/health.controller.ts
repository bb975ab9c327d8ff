import { CONFIG, Readiness, readyzBody } from '@llmos/mesh';
import { registry } from '@llmos/telemetry';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AvailabilityService } from './availability.service.js';
import type { GatewayConfig } from './gateway.config.js';

/** What operators and orchestrators ask. */
@Controller()
export class HealthController {
  constructor(
    private readonly availability: AvailabilityService,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** The process is alive, whatever the broker does. */
  @Get('/healthz')
  healthz(): object {
    return { service: this.config.service, alive: true };
  }

  /**
   * 503 while this gateway cannot work. A service or a model that is missing is told, and refuses or degrades only the
   * pipelines that need it: taking every gateway out of a load balancer for it would refuse the others too.
   */
  @Get('/readyz')
  readyz(@Res() reply: FastifyReply): void {
    const { status, body } = readyzBody(this.config.service, {
      ready: this.readiness.ready,
      checks: this.availability.checks,
    });
    void reply.status(status).send(body);
  }

  @Get('/metrics')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}
