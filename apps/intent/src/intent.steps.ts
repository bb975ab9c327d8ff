import type { InputOf, OutputOf } from '@llmos/contracts';
import { detect } from '@llmos/contracts/capabilities/intent';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { IntentService } from './intent.service.js';

@Controller()
export class IntentSteps {
  constructor(private readonly intent: IntentService) {}

  @Step(detect)
  detect(input: InputOf<typeof detect>, context: StepContext): Promise<OutputOf<typeof detect>> {
    return this.intent.detect(input, context.signal);
  }
}
