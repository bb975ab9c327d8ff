import type { Schedule } from '@llmos/bus';
import { Bus, CONFIG } from '@llmos/mesh';
import { isToken, LlmosError } from '@llmos/contracts';
import { checkInput } from '@llmos/pipeline';
import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { tenantOf } from '../auth/caller.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { readFields } from '../http/request-body.js';
import { parseSchedule } from './schedule-body.js';

const MOST_PER_TENANT = 100;

/** `/v1/schedules`: pipelines that the broker starts again and again, each time as a durable run. */
@Controller('/v1/schedules')
export class SchedulesController {
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly bus: Bus,
    private readonly pipelines: PipelinesService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Put('/:name')
  async put(@Req() request: FastifyRequest, @Param('name') name: string): Promise<object> {
    const tenant = tenantOf(request, this.config.apiKeys);
    requireName(name);
    const schedule = parseSchedule(name, await readFields(request), this.config.scheduleMinSeconds);
    checkInput(this.pipelines.get(schedule.pipeline, 'pipeline'), schedule.input);
    await this.inTurn(() => this.store(tenant, schedule));
    return schedule;
  }

  private async store(tenant: string, schedule: Schedule): Promise<void> {
    const names = (await this.bus.schedules.list(tenant)).map(({ name }) => name);
    if (names.length >= MOST_PER_TENANT && !names.includes(schedule.name))
      throw new LlmosError('CONFLICT', `There are ${names.length} schedules, the most there may be. Delete one first.`);
    await this.bus.schedules.put(tenant, schedule);
  }

  /** One after the other: two that are counted at once would both find room. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
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
