import type { InputOf, OutputOf } from '@llmos/contracts';
import { alerts, check, silence } from '@llmos/contracts/capabilities/scheduler-alerts';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { checkThresholds } from './check-thresholds.js';
import { WatchService } from './watch.service.js';

@Controller()
export class WatchSteps {
  constructor(private readonly service: WatchService) {}

  @Step(check)
  check(input: InputOf<typeof check>): Promise<OutputOf<typeof check>> {
    return Promise.resolve(checkThresholds(input));
  }

  @Step(alerts)
  alerts(): Promise<OutputOf<typeof alerts>> {
    return Promise.resolve(this.service.alerts());
  }

  @Step(silence)
  silence(input: InputOf<typeof silence>): Promise<OutputOf<typeof silence>> {
    return this.service.silence(input);
  }
}
