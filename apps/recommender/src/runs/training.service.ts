import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isLlmosError, LlmosError, newRunId, type InputOf, type OutputOf } from '@llmos/contracts';
import type { train } from '@llmos/contracts/capabilities/recommender';
import { withSpan } from '@llmos/telemetry';
import type { PatientCaller } from '../caller.js';
import type { DataFeed } from '../data/data-feed.js';
import { evaluateHoldOut } from '../evaluation/evaluate.js';
import { Progress } from '../intake/progress.js';
import { encodeModel } from '../model/model-file.js';
import type { Checkpoints, ModelShelf } from '../ports/model-shelf.port.js';
import { recommenderMetrics } from '../recommender.metrics.js';
import type { ServedModels } from '../serving/served-models.js';
import { splitHoldOut, type HeldOut } from '../training/hold-out.js';
import type { TrainedModel } from '../training/trained-model.js';
import type { TrainingProgress } from '../training/training-control.js';
import type { Trainer } from '../training/trainer.js';
import { gatherTrainingSet } from '../training/training-set.js';
import type { FairTurns } from './fair-turns.js';
import type { ModelVersions } from './model-versions.js';
import { decideReplacement } from './replacement.js';

type Request = InputOf<typeof train>;
type Report = OutputOf<typeof train>;

export interface TrainingParts {
  readonly feed: DataFeed;
  readonly trainer: Trainer;
  readonly versions: ModelVersions;
  readonly shelf: ModelShelf;
  readonly checkpoints: Checkpoints;
  readonly models: ServedModels;
  readonly turns: FairTurns;
  /** Told when a checkpoint could not be kept: the training goes on without it. */
  readonly onCheckpointLost: (error: unknown) => void;
}

/** A model file and what it stands for, before it is kept. */
interface Candidate {
  readonly model: TrainedModel;
  readonly path: string;
  readonly createdAt: string;
}

/**
 * Trains, measures and puts into service. The run's id is the version's: a task that is delivered again gives the same
 * version, goes on from its checkpoint where there is one, and answers as before once it was through.
 */
export class TrainingService {
  constructor(private readonly parts: TrainingParts) {}

  /**
   * Few at a time in this process, since each takes the memory of its model, and tenants take turns.
   *
   * @throws LlmosError INVALID_ARGUMENT when there is nothing to learn from; OVERLOADED when too many of the tenant wait; the signal's reason when it aborts, and
   * then what was served before is served still.
   */
  async train(request: Request, caller: PatientCaller): Promise<Report> {
    const { tenant, run, signal } = caller;
    const startedMs = performance.now();
    try {
      const report = await this.parts.turns.take(caller, () =>
        withSpan('train', { attributes: { 'llmos.tenant': tenant, 'llmos.model.version': run } }, () =>
          this.trainOnce(request, caller),
        ),
      );
      await this.parts.checkpoints.delete(tenant, run).catch(this.parts.onCheckpointLost);
      return report;
    } catch (error) {
      const seconds = (performance.now() - startedMs) / 1_000;
      recommenderMetrics.training.observe({ algorithm: request.algorithm, outcome: 'failed' }, seconds);
      const isCancelled = signal.aborted && isLlmosError(signal.reason) && signal.reason.code === 'CANCELLED';
      if (isCancelled) await this.parts.checkpoints.delete(tenant, run).catch(this.parts.onCheckpointLost);
      throw error;
    }
  }

  private async trainOnce(request: Request, caller: PatientCaller): Promise<Report> {
    const { tenant, run, signal } = caller;
    signal.throwIfAborted();
    const { versions } = await this.parts.versions.read(tenant);
    const done = versions.find(({ version }) => version === run);
    if (done) return done.report;
    const startedMs = performance.now();
    caller.emit({ stage: 'reading', done: 0, total: 1 });
    const { minInteractions, minValue } = request;
    const everybody = this.parts.feed.tenant(tenant).everybody();
    const set = await gatherTrainingSet(everybody, { minInteractions, minValue, signal });
    const { train: learnt, heldOut } = splitHoldOut(set);
    const model = await this.learn(request, learnt, caller);
    const candidate = await this.write(model, tenant, run);
    const measured = await this.measure(candidate, heldOut, request, caller, startedMs).catch(discard(candidate));
    const report = { ...measured, leftOut: { ...set.leftOut } };
    await this.keep(report, candidate, minValue, caller).catch(discard(candidate));
    const outcome = report.replaced ? 'replaced' : 'kept';
    recommenderMetrics.training.observe({ algorithm: report.algorithm, outcome }, report.seconds);
    return report;
  }

  private learn(
    { algorithm, regularisation, factors, sweeps }: Request,
    set: Parameters<Trainer['train']>[0],
    { tenant, run, signal, emit }: PatientCaller,
  ): Promise<TrainedModel> {
    const { checkpoints, onCheckpointLost } = this.parts;
    return this.parts.trainer.train(
      set,
      { algorithm, regularisation, factors, sweeps },
      {
        signal,
        onProgress: tellStages(emit),
        checkpoint: {
          load: () =>
            checkpoints.load(tenant, run).catch((error: unknown) => {
              onCheckpointLost(error);
              return undefined;
            }),
          save: (bytes) => checkpoints.save(tenant, run, bytes).catch(onCheckpointLost),
        },
      },
    );
  }

  /** Writes the model to where replicas on this machine read it; nobody does before it is pointed to. */
  private async write(model: TrainedModel, tenant: string, version: string): Promise<Candidate> {
    const path = this.parts.models.pathOf(tenant, version);
    const createdAt = new Date().toISOString();
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.${newRunId()}.part`;
    try {
      await writeFile(part, encodeModel(model, { version, createdAt }));
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
    return { model, path, createdAt };
  }

  private async measure(
    { model, path }: Candidate,
    heldOut: HeldOut,
    { force }: Request,
    { tenant, run, signal, emit }: PatientCaller,
    startedMs: number,
  ): Promise<Omit<Report, 'leftOut'>> {
    const options = { signal, onProgress: tellStages(emit) };
    const figures = await evaluateHoldOut(path, heldOut, options);
    const served = this.parts.models.get(tenant);
    const servingFigures = served && (await evaluateHoldOut(served.path, heldOut, options));
    signal.throwIfAborted();
    return {
      version: run,
      algorithm: model.settings.algorithm,
      users: model.users,
      items: model.items.length,
      interactions: model.interactions,
      figures,
      ...(servingFigures ? { servingFigures } : {}),
      ...decideReplacement(figures, servingFigures, force),
      seconds: (performance.now() - startedMs) / 1_000,
    };
  }

  private async keep(
    report: Report,
    { path, createdAt }: Candidate,
    minValue: number | undefined,
    caller: PatientCaller,
  ): Promise<void> {
    const { tenant, run, signal } = caller;
    const file = await this.parts.shelf.put(tenant, run, path);
    if (this.parts.shelf.isForgotten(tenant, run)) {
      await this.parts.shelf.delete(file.object);
      throw new LlmosError('NOT_FOUND', `What the model ${run} was trained on was destroyed meanwhile.`);
    }
    const { algorithm, users, items, interactions } = report;
    const version = { version: run, algorithm, createdAt, users, items, interactions, ndcg10: report.figures.ndcg10 };
    const revision = await this.parts.versions.add(tenant, { ...version, ...file, minValue, report });
    await this.parts.models.reached(tenant, revision, signal);
  }
}

/** Removes the file of a training that failed or was cancelled; delivered again, the run writes it anew. */
function discard({ path }: Candidate): (reason: unknown) => Promise<never> {
  return async (reason) => {
    await rm(path, { force: true });
    throw reason;
  };
}

/** Tells each new stage at once, and how far it is about twice a second. */
function tellStages(emit: (delta: unknown) => void): (made: TrainingProgress) => void {
  let last: TrainingProgress | undefined;
  const progress = new Progress(() => emit(last));
  return (made) => {
    const isNewStage = made.stage !== last?.stage;
    last = made;
    progress.tick(isNewStage);
  };
}
