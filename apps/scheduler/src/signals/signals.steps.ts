import type { InputOf, OutputOf } from '@llmos/contracts';
import { signals } from '@llmos/contracts/capabilities/scheduler-signals';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { SignalsFeed } from './signals-feed.js';

@Controller()
export class SignalsSteps {
  constructor(private readonly feed: SignalsFeed) {}

  @Step(signals)
  signals({ windowSeconds }: InputOf<typeof signals>): Promise<OutputOf<typeof signals>> {
    return Promise.resolve(this.feed.read(windowSeconds * 1_000));
  }
}
