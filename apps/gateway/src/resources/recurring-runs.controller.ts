import type { RecurringRun } from '@llmos/bus';
import { LlmosError } from '@llmos/contracts';
import { Bus, CONFIG } from '@llmos/mesh';
import { checkInput } from '@llmos/pipeline';
import { Controller, Delete, Get, Inject, Put } from '@nestjs/common';
import { z } from 'zod';
import { Caller } from '../auth/caller.js';
import type { GatewayConfig } from '../gateway.config.js';
import { Fields, Params, Roles, Schemas } from '../http/route.js';
import { PipelinesService } from '../pipelines.service.js';
import {
  recurringRun,
  recurringRunBody,
  recurringRunParams as params,
  toRecurringRun,
  type RecurringRunBody,
} from './recurring-run.js';

const MAX_PER_TENANT = 100;

const listed = z.object({ schedules: z.array(recurringRun) });
const deleted = z.object({ name: z.string(), deleted: z.boolean() });

/**
 * `/v1/schedules`: pipelines that the broker starts again and again, each time as a durable run. They are for
 * operators: they outlast the key that made them, and all keys of a tenant share one list.
 */
@Roles('operator')
@Controller('/v1/schedules')
export class RecurringRunsController {
  private lastStore: Promise<void> = Promise.resolve();

  constructor(
    private readonly bus: Bus,
    private readonly pipelines: PipelinesService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Put('/:name')
  @Schemas({ summary: 'Add or replace a schedule', params, body: recurringRunBody, replies: { 200: recurringRun } })
  async put(
    @Caller() { tenant }: Caller,
    @Params() { name }: z.infer<typeof params>,
    @Fields() body: RecurringRunBody,
  ): Promise<RecurringRun> {
    const run = toRecurringRun(name, body, this.config.scheduleMinSeconds);
    checkInput(this.pipelines.get(run.pipeline, 'pipeline'), run.input);
    await this.storeInTurn(tenant, run);
    return run;
  }

  @Get()
  @Schemas({ summary: 'List the schedules', replies: { 200: listed } })
  async list(@Caller() { tenant }: Caller): Promise<z.infer<typeof listed>> {
    return { schedules: await this.bus.recurringRuns.list(tenant) };
  }

  @Delete('/:name')
  @Schemas({ summary: 'Delete a schedule', params, replies: { 200: deleted } })
  async delete(
    @Caller() { tenant }: Caller,
    @Params() { name }: z.infer<typeof params>,
  ): Promise<z.infer<typeof deleted>> {
    return { name, deleted: await this.bus.recurringRuns.delete(tenant, name) };
  }

  /** One after the other: two requests that count at the same time would both find room. */
  private storeInTurn(tenant: string, run: RecurringRun): Promise<void> {
    const stored = this.lastStore.then(() => this.store(tenant, run));
    this.lastStore = stored.catch(() => undefined);
    return stored;
  }

  private async store(tenant: string, run: RecurringRun): Promise<void> {
    const names = (await this.bus.recurringRuns.list(tenant)).map(({ name }) => name);
    if (names.length >= MAX_PER_TENANT && !names.includes(run.name))
      throw new LlmosError('CONFLICT', `There are ${names.length} schedules, the most allowed. Delete one first.`);
    await this.bus.recurringRuns.put(tenant, run);
  }
}
