import type { InputOf, OutputOf } from '@llmos/contracts';
import { answer } from '@llmos/contracts/capabilities/generation';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { GenerationLoader } from './generation.loader.js';

@Controller()
export class GenerationSteps {
  constructor(private readonly generation: GenerationLoader) {}

  @Step(answer)
  answer(input: InputOf<typeof answer>, context: StepContext): Promise<OutputOf<typeof answer>> {
    const { signal, tokensLeft } = context;
    return this.generation.service.answer(input, { signal, tokensLeft, emit: (delta) => context.emit(delta) });
  }
}
