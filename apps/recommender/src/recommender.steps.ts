import type { InputOf, OutputOf } from '@llmos/contracts';
import {
  deleteItem,
  eraseUser,
  exportUser,
  importFile,
  recommend,
  record,
  stats,
  upsertItems,
} from '@llmos/contracts/capabilities/recommender';
import { evaluate, models, rollback, train } from '@llmos/contracts/capabilities/recommender-training';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller, Inject } from '@nestjs/common';
import { readItems } from './intake/sent-items.js';
import { PARTS, type RecommenderParts } from './recommender.parts.js';

/** The capabilities of the service. */
@Controller()
export class RecommenderSteps {
  constructor(@Inject(PARTS) private readonly parts: RecommenderParts) {}

  @Step(recommend)
  recommend(input: InputOf<typeof recommend>, context: StepContext): Promise<OutputOf<typeof recommend>> {
    return this.parts.recommender.recommend(input, context);
  }

  @Step(record)
  record({ interactions }: InputOf<typeof record>, context: StepContext): Promise<OutputOf<typeof record>> {
    return this.parts.interactions.record(
      interactions.map((value, row) => ({ row, value })),
      context,
    );
  }

  @Step(importFile)
  import(input: InputOf<typeof importFile>, context: StepContext): Promise<OutputOf<typeof importFile>> {
    return this.parts.files.import(input, context);
  }

  @Step(upsertItems)
  async upsertItems(
    { items }: InputOf<typeof upsertItems>,
    context: StepContext,
  ): Promise<OutputOf<typeof upsertItems>> {
    return { stored: await this.parts.items.upsert(readItems(items), context) };
  }

  @Step(deleteItem)
  async deleteItem({ id }: InputOf<typeof deleteItem>, context: StepContext): Promise<OutputOf<typeof deleteItem>> {
    return { id, deleted: await this.parts.items.delete(id, context) };
  }

  @Step(train)
  train(input: InputOf<typeof train>, context: StepContext): Promise<OutputOf<typeof train>> {
    return this.parts.training.train(input, context);
  }

  @Step(models)
  models(_: InputOf<typeof models>, context: StepContext): Promise<OutputOf<typeof models>> {
    return this.parts.versions.list(context);
  }

  @Step(rollback)
  rollback(input: InputOf<typeof rollback>, context: StepContext): Promise<OutputOf<typeof rollback>> {
    return this.parts.versions.rollback(input, context);
  }

  @Step(exportUser)
  async exportUser({ user }: InputOf<typeof exportUser>, context: StepContext): Promise<OutputOf<typeof exportUser>> {
    return { user, interactions: await this.parts.interactions.exportUser(user, context) };
  }

  @Step(eraseUser)
  async eraseUser({ user }: InputOf<typeof eraseUser>, context: StepContext): Promise<OutputOf<typeof eraseUser>> {
    return { user, erased: await this.parts.privacy.erase(user, context) };
  }

  @Step(stats)
  stats(input: InputOf<typeof stats>, context: StepContext): OutputOf<typeof stats> {
    return this.parts.recommender.stats(input, context);
  }

  @Step(evaluate)
  evaluate(input: InputOf<typeof evaluate>, context: StepContext): Promise<OutputOf<typeof evaluate>> {
    return this.parts.evaluation.evaluate(input, context);
  }
}
