import type { InputOf, OutputOf } from '@llmos/contracts';
import { forget, handOver, record, understand } from '@llmos/contracts/capabilities/conversation';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { conversationMetrics } from './conversation.metrics.js';
import { ConversationService } from './conversation.service.js';

@Controller()
export class ConversationSteps {
  constructor(private readonly service: ConversationService) {}

  @Step(understand)
  async understand(input: InputOf<typeof understand>, context: StepContext): Promise<OutputOf<typeof understand>> {
    const output = await this.service.understand(input, context);
    count(understand.name, output);
    if (output.reply !== undefined) context.emit({ sentence: output.reply });
    return output;
  }

  @Step(record)
  async record(input: InputOf<typeof record>, { tenant, run, step }: StepContext): Promise<OutputOf<typeof record>> {
    return count(record.name, await this.service.record(input, { tenant, id: `${run}:${step}` }));
  }

  @Step(handOver)
  async handOver(input: InputOf<typeof handOver>, context: StepContext): Promise<OutputOf<typeof handOver>> {
    return count(handOver.name, await this.service.handOver(input, context));
  }

  @Step(forget)
  forget(input: InputOf<typeof forget>, { tenant }: StepContext): Promise<OutputOf<typeof forget>> {
    return this.service.forget(input, tenant);
  }
}

/** Counts the steps that went on without memory. */
function count<T extends { readonly degraded: boolean }>(capability: string, output: T): T {
  if (output.degraded) conversationMetrics.degraded.inc({ capability });
  return output;
}
