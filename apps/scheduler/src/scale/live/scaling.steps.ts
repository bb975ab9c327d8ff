import type { InputOf, OutputOf } from '@llmos/contracts';
import { scaling } from '@llmos/contracts/capabilities/scheduler-scaling';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { ScalingService } from './scaling.service.js';

@Controller()
export class ScalingSteps {
  constructor(private readonly service: ScalingService) {}

  @Step(scaling)
  scaling(input: InputOf<typeof scaling>): Promise<OutputOf<typeof scaling>> {
    return this.service.hold(input);
  }
}
