import type { InputOf, OutputOf } from '@llmos/contracts';
import { analyze, classify, deleteClassifier, trainClassifier } from '@llmos/contracts/capabilities/analysis';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { MODELS } from './analysis.loader.js';
import { AnalysisService } from './analysis.service.js';
import { ClassifierRegistry } from './classifiers/classifier-registry.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';

@Controller()
export class AnalysisSteps {
  constructor(
    private readonly analysis: AnalysisService,
    private readonly trainer: ClassifierTrainer,
    private readonly classifiers: ClassifierRegistry,
  ) {}

  @Step(analyze)
  analyze(input: InputOf<typeof analyze>, context: StepContext): Promise<OutputOf<typeof analyze>> {
    return this.analysis.analyze(input, context);
  }

  @Step(classify)
  classify(input: InputOf<typeof classify>, context: StepContext): Promise<OutputOf<typeof classify>> {
    return this.analysis.classify(input, context);
  }

  @Step(trainClassifier)
  train(input: InputOf<typeof trainClassifier>, context: StepContext): Promise<OutputOf<typeof trainClassifier>> {
    return this.trainer.train(input, context);
  }

  @Step(deleteClassifier, { doesNotNeed: [MODELS] })
  async delete(
    { name }: InputOf<typeof deleteClassifier>,
    { tenant }: StepContext,
  ): Promise<OutputOf<typeof deleteClassifier>> {
    return { name, deleted: await this.classifiers.delete({ tenant, name }) };
  }
}
