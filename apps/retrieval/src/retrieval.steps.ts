import type { InputOf, OutputOf } from '@llmos/contracts';
import { get, importDocuments, list, quote, remove, search, upsert } from '@llmos/contracts/capabilities/retrieval';
import type { StepContext } from '@llmos/mesh';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { ImportService } from './import/import.service.js';
import { quoteAnswer } from './quote.js';
import { RetrievalService } from './retrieval.service.js';

/** The capabilities of this service. */
@Controller()
export class RetrievalSteps {
  constructor(
    private readonly retrieval: RetrievalService,
    private readonly imports: ImportService,
  ) {}

  @Step(search)
  search(input: InputOf<typeof search>, context: StepContext): Promise<OutputOf<typeof search>> {
    return this.retrieval.search(input, context);
  }

  @Step(quote)
  quote(input: InputOf<typeof quote>): OutputOf<typeof quote> {
    return quoteAnswer(input);
  }

  @Step(upsert)
  upsert(input: InputOf<typeof upsert>, context: StepContext): Promise<OutputOf<typeof upsert>> {
    return this.retrieval.upsert(input, context);
  }

  @Step(remove)
  delete(input: InputOf<typeof remove>, context: StepContext): Promise<OutputOf<typeof remove>> {
    return this.retrieval.delete(input, context);
  }

  @Step(list)
  list(input: InputOf<typeof list>, context: StepContext): OutputOf<typeof list> {
    return this.retrieval.list(input, context);
  }

  @Step(get)
  get(input: InputOf<typeof get>, context: StepContext): Promise<OutputOf<typeof get>> {
    return this.retrieval.get(input, context);
  }

  @Step(importDocuments)
  import(input: InputOf<typeof importDocuments>, context: StepContext): Promise<OutputOf<typeof importDocuments>> {
    return this.imports.import(input, context);
  }
}
