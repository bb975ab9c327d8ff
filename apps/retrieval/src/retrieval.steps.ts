import type { InputOf, OutputOf } from '@llmos/contracts';
import { remove, search, upsert } from '@llmos/contracts/capabilities/retrieval';
import type { StepContext } from '@llmos/mesh';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { RetrievalService } from './retrieval.service.js';

/** The capabilities of this service. */
@Controller()
export class RetrievalSteps {
  constructor(private readonly retrieval: RetrievalService) {}

  @Step(search)
  search(input: InputOf<typeof search>, context: StepContext): Promise<OutputOf<typeof search>> {
    return this.retrieval.search(input, context);
  }

  @Step(upsert)
  upsert(input: InputOf<typeof upsert>, context: StepContext): Promise<OutputOf<typeof upsert>> {
    return this.retrieval.upsert(input, context);
  }

  @Step(remove)
  delete(input: InputOf<typeof remove>, context: StepContext): Promise<OutputOf<typeof remove>> {
    return this.retrieval.delete(input, context);
  }
}
