import type { InputOf, OutputOf } from '@llmos/contracts';
import {
  eraseUser,
  evaluate,
  exportUser,
  importFile,
  models,
  recommend,
  record,
  rollback,
  stats,
  train,
  upsertItems,
} from '@llmos/contracts/capabilities/recommender';
import type { StepContext } from '@llmos/mesh';
import { Step } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { ImportService } from './intake/import.service.js';
import { InteractionsService } from './intake/interactions.service.js';
import { ItemsService } from './intake/items.service.js';
import { PrivacyService } from './intake/privacy.service.js';
import { RecommenderService } from './recommender.service.js';
import { EvaluationService } from './runs/evaluation.service.js';
import { ModelsService } from './runs/models.service.js';
import { TrainingService } from './runs/training.service.js';

/** The capabilities of this service. */
@Controller()
export class RecommenderSteps {
  constructor(
    private readonly recommender: RecommenderService,
    private readonly interactions: InteractionsService,
    private readonly items: ItemsService,
    private readonly files: ImportService,
    private readonly privacy: PrivacyService,
    private readonly training: TrainingService,
    private readonly versions: ModelsService,
    private readonly evaluation: EvaluationService,
  ) {}

  @Step(recommend)
  recommend(input: InputOf<typeof recommend>, context: StepContext): Promise<OutputOf<typeof recommend>> {
    return this.recommender.recommend(input, context);
  }

  @Step(record)
  record({ interactions }: InputOf<typeof record>, context: StepContext): Promise<OutputOf<typeof record>> {
    return this.interactions.record(
      interactions.map((value, row) => ({ row, value })),
      context,
    );
  }

  @Step(importFile)
  import(input: InputOf<typeof importFile>, context: StepContext): Promise<OutputOf<typeof importFile>> {
    return this.files.import(input, context);
  }

  @Step(upsertItems)
  async upsertItems(
    { items }: InputOf<typeof upsertItems>,
    context: StepContext,
  ): Promise<OutputOf<typeof upsertItems>> {
    return { stored: await this.items.upsert(items, context) };
  }

  @Step(train)
  train(input: InputOf<typeof train>, context: StepContext): Promise<OutputOf<typeof train>> {
    return this.training.train(input, context);
  }

  @Step(models)
  models(_: InputOf<typeof models>, context: StepContext): Promise<OutputOf<typeof models>> {
    return this.versions.list(context);
  }

  @Step(rollback)
  rollback(input: InputOf<typeof rollback>, context: StepContext): Promise<OutputOf<typeof rollback>> {
    return this.versions.rollback(input, context);
  }

  @Step(exportUser)
  async exportUser({ user }: InputOf<typeof exportUser>, context: StepContext): Promise<OutputOf<typeof exportUser>> {
    return { user, interactions: await this.interactions.exportUser(user, context) };
  }

  @Step(eraseUser)
  async eraseUser({ user }: InputOf<typeof eraseUser>, context: StepContext): Promise<OutputOf<typeof eraseUser>> {
    return { user, erased: await this.privacy.erase(user, context) };
  }

  @Step(stats)
  stats(input: InputOf<typeof stats>, context: StepContext): OutputOf<typeof stats> {
    return this.recommender.stats(input, context);
  }

  @Step(evaluate)
  evaluate(input: InputOf<typeof evaluate>, context: StepContext): Promise<OutputOf<typeof evaluate>> {
    return this.evaluation.evaluate(input, context);
  }
}
