import { Bus, CONFIG } from '@llmos/mesh';
import { isToken, LlmosError } from '@llmos/contracts';
import { checkInput } from '@llmos/pipeline';
import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { tenantOf } from '../caller.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { readFields } from '../request-body.js';

const EVERY = /^([1-9]\d{0,4})(s|m|h)$/;

const bodySchema = z.strictObject({
  pipeline: z.string(),
  /** How often: `30m`, `24h`. */
  every: z.string().regex(EVERY, 'write it as 30m or 24h').optional(),
  /** Or when: six fields, seconds first, in UTC. */
  cron: z
    .string()
    .max(64)
    .regex(/^(\S+ ){5}\S+$/, 'a cron line has six fields, seconds first')
    .optional(),
  input: z.record(z.string(), z.unknown()).default({}),
});

/** `/v1/schedules`: pipelines that the broker starts again and again, each time as a durable run. */
@Controller('/v1/schedules')
export class SchedulesController {
  constructor(
    private readonly bus: Bus,
    private readonly pipelines: PipelinesService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Put('/:name')
  async put(@Req() request: FastifyRequest, @Param('name') name: string): Promise<object> {
    const tenant = tenantOf(request, this.config.apiKeys);
    requireName(name);
    const parsed = bodySchema.safeParse(await readFields(request));
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw new LlmosError('INVALID_ARGUMENT', issue.message, { field: issue.path.map(String).join('.') || 'body' });
    }
    const { pipeline, every, cron, input } = parsed.data;
    if ((every === undefined) === (cron === undefined))
      throw new LlmosError('INVALID_ARGUMENT', "Say either 'every' or 'cron'.", { field: 'every' });
    checkInput(this.pipelines.get(pipeline, 'pipeline'), input);
    const schedule = { name, pipeline, when: every === undefined ? cron! : `@every ${every}`, input };
    await this.bus.schedules.put(tenant, schedule);
    return schedule;
  }

  @Get()
  async list(@Req() request: FastifyRequest): Promise<object> {
    return { schedules: await this.bus.schedules.list(tenantOf(request, this.config.apiKeys)) };
  }

  @Delete('/:name')
  async delete(@Req() request: FastifyRequest, @Param('name') name: string): Promise<object> {
    const tenant = tenantOf(request, this.config.apiKeys);
    requireName(name);
    return { name, deleted: await this.bus.schedules.delete(tenant, name) };
  }
}

function requireName(name: string): void {
  if (!isToken(name))
    throw new LlmosError('INVALID_ARGUMENT', "A schedule's name is 1 to 64 letters, digits, '_' or '-'.", {
      field: 'name',
    });
}
