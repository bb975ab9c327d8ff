import type { InputOf, OutputOf } from '@llmos/contracts';
import { forget, handOver, record, understand } from '@llmos/contracts/capabilities/conversation';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { ConversationService } from './conversation.service.js';

@Controller()
export class ConversationSteps {
  constructor(private readonly service: ConversationService) {}

  @Step(understand)
  async understand(input: InputOf<typeof understand>, context: StepContext): Promise<OutputOf<typeof understand>> {
    const output = await this.service.understand(input, context);
    if (output.reply !== undefined) context.emit({ sentence: output.reply });
    return output;
  }

  @Step(record)
  record(input: InputOf<typeof record>, { tenant, run, step }: StepContext): Promise<OutputOf<typeof record>> {
    return this.service.record(input, { tenant, id: `${run}:${step}` });
  }

  @Step(handOver)
  handOver(input: InputOf<typeof handOver>, context: StepContext): Promise<OutputOf<typeof handOver>> {
    return this.service.handOver(input, context);
  }

  @Step(forget)
  forget(input: InputOf<typeof forget>, { tenant }: StepContext): Promise<OutputOf<typeof forget>> {
    return this.service.forget(input, tenant);
  }
}
