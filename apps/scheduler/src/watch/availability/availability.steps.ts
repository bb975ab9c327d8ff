import type { InputOf, OutputOf } from '@llmos/contracts';
import { availability } from '@llmos/contracts/capabilities/scheduler-availability';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { AvailabilityService } from './availability.service.js';

@Controller()
export class AvailabilitySteps {
  constructor(private readonly service: AvailabilityService) {}

  @Step(availability)
  availability(input: InputOf<typeof availability>, { signal }: StepContext): Promise<OutputOf<typeof availability>> {
    return this.service.availability(input, signal);
  }
}
