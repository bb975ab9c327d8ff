import type { InputOf, OutputOf } from '@llmos/contracts';
import { replay } from '@llmos/contracts/capabilities/scheduler-replay';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { ReplayService } from './replay.service.js';

@Controller()
export class ReplaySteps {
  constructor(private readonly service: ReplayService) {}

  @Step(replay)
  replay(input: InputOf<typeof replay>, { signal }: StepContext): Promise<OutputOf<typeof replay>> {
    return this.service.replay(input, signal);
  }
}
