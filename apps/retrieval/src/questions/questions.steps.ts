import type { InputOf, OutputOf } from '@llmos/contracts';
import { forgetAsker, listFeedback, note, questions, rate } from '@llmos/contracts/capabilities/questions';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { FeedbackService } from './feedback.service.js';
import { QuestionsService } from './questions.service.js';

/** The capabilities for the authors of documents. */
@Controller()
export class QuestionsSteps {
  constructor(
    private readonly service: QuestionsService,
    private readonly feedback: FeedbackService,
  ) {}

  @Step(note)
  note(input: InputOf<typeof note>, context: StepContext): Promise<OutputOf<typeof note>> {
    return this.service.note(input, context);
  }

  @Step(questions)
  questions(input: InputOf<typeof questions>, context: StepContext): Promise<OutputOf<typeof questions>> {
    return this.service.questions(input, context);
  }

  @Step(rate)
  rate(input: InputOf<typeof rate>, context: StepContext): Promise<OutputOf<typeof rate>> {
    return this.feedback.rate(input, context);
  }

  @Step(listFeedback)
  list(input: InputOf<typeof listFeedback>, { tenant }: StepContext): Promise<OutputOf<typeof listFeedback>> {
    return this.feedback.list(input, tenant);
  }

  @Step(forgetAsker)
  forget(input: InputOf<typeof forgetAsker>, { tenant }: StepContext): Promise<OutputOf<typeof forgetAsker>> {
    return this.service.forget(input, tenant);
  }
}
