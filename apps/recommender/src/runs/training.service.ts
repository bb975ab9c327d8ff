import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode, newRunId, type InputOf, type OutputOf } from '@llmos/contracts';
import type { RankingFigures, train } from '@llmos/contracts/capabilities/recommender-training';
import { decideReplacement, type Checkpoints, type Measurement, type Registry } from '@llmos/registry';
import { withSpan } from '@llmos/telemetry';
import type { DataFeed } from '../data/data-feed.js';
import { evaluateHoldOut } from '../evaluation/evaluate.js';
import { Progress } from '../intake/progress.js';
import { encodeModel } from '../model/model-file.js';
import { recommenderMetrics } from '../recommender.metrics.js';
import type { ServedModels } from '../serving/served-models.js';
import type { LongTaskContext } from '../task-context.js';
import { splitHoldOut, type HeldOut } from '../training/hold-out.js';
import type { TrainedModel } from '../training/trained-model.js';
import type { Trainer } from '../training/trainer.js';
import type { TrainingProgress } from '../training/training-control.js';
import { gatherTrainingSet } from '../training/training-set.js';
import type { FairQueue } from './fair-queue.js';
import type { ModelEntry } from './model-version.js';

type Request = InputOf<typeof train>;
type Report = OutputOf<typeof train>;

export interface TrainingParts {
  readonly feed: DataFeed;
  readonly trainer: Trainer;
  readonly registry: Registry<ModelEntry>;
  readonly checkpoints: Checkpoints;
  readonly models: ServedModels;
  readonly queue: FairQueue;
  /** Receives the error when a checkpoint could not be stored; the training continues. */
  readonly onCheckpointLost: (error: unknown) => void;
}

/** A trained model in a file, before it is in the registry. */
interface Candidate {
  readonly model: TrainedModel;
  readonly path: string;
  readonly createdAt: string;
}

/**
 * Trains a model, measures it and puts it into service. The run's id is the version: a task that is delivered again
 * trains the same version, continues from its checkpoint, and returns the first answer if it had been completed.
 */
export class TrainingService {
  constructor(private readonly parts: TrainingParts) {}

  /**
   * A process runs few trainings at a time, because each needs the memory of its model; tenants take turns.
   *
   * @throws LlmosError INVALID_ARGUMENT if there is no usable data; OVERLOADED if too many trainings of the tenant are
   * queued; the signal's reason on abort. After an error the serving model stays in service.
   */
  async train(request: Request, task: LongTaskContext): Promise<Report> {
    const { tenant, run, signal } = task;
    const startedMs = performance.now();
    const deleteCheckpoint = () => this.parts.checkpoints.delete(tenant, run).catch(this.parts.onCheckpointLost);
    try {
      const report = await this.parts.queue.run(task, () =>
        withSpan('train', { attributes: { 'llmos.tenant': tenant, 'llmos.model.version': run } }, () =>
          this.trainOnce(request, task),
        ),
      );
      await deleteCheckpoint();
      return report;
    } catch (error) {
      const seconds = (performance.now() - startedMs) / 1_000;
      recommenderMetrics.training.observe({ algorithm: request.algorithm, outcome: 'failed' }, seconds);
      if (signal.aborted && hasCode(signal.reason, 'CANCELLED')) await deleteCheckpoint();
      throw error;
    }
  }

  private async trainOnce(request: Request, task: LongTaskContext): Promise<Report> {
    const { tenant, run, signal } = task;
    signal.throwIfAborted();
    const { versions } = await this.parts.registry.read(tenant);
    const done = versions.find(({ version }) => version === run);
    if (done) return done.report;
    const startedMs = performance.now();
    task.emit({ stage: 'reading', done: 0, total: 1 });
    const { minInteractions, minValue } = request;
    const users = this.parts.feed.tenant(tenant).usersWithInteractions();
    const set = await gatherTrainingSet(users, { minInteractions, minValue, signal });
    const split = splitHoldOut(set);
    const model = await this.learn(request, split.train, task);
    const candidate = await this.write(model, tenant, run);
    try {
      const measured = await this.measure(candidate, split.heldOut, request, task, startedMs);
      const report = { ...measured, leftOut: { ...set.leftOut } };
      await this.register(report, candidate, minValue, task);
      const outcome = report.replaced ? 'replaced' : 'kept';
      recommenderMetrics.training.observe({ algorithm: report.algorithm, outcome }, report.seconds);
      return report;
    } catch (error) {
      // The run writes the file again when it is delivered again.
      await rm(candidate.path, { force: true });
      throw error;
    }
  }

  private learn(
    { algorithm, regularisation, factors, sweeps }: Request,
    set: Parameters<Trainer['train']>[0],
    { tenant, run, signal, emit }: LongTaskContext,
  ): Promise<TrainedModel> {
    const { checkpoints, onCheckpointLost } = this.parts;
    const load = async () => {
      try {
        return await checkpoints.load(tenant, run);
      } catch (error) {
        onCheckpointLost(error);
        return undefined;
      }
    };
    const save = (bytes: Uint8Array) => checkpoints.save(tenant, run, bytes).catch(onCheckpointLost);
    const options = { signal, onProgress: emitStages(emit), checkpoint: { load, save } };
    return this.parts.trainer.train(set, { algorithm, regularisation, factors, sweeps }, options);
  }

  /** Writes the model to the place from which the replicas of this machine read it once it serves. */
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
    { tenant, run, signal, emit }: LongTaskContext,
    startedMs: number,
  ): Promise<Omit<Report, 'leftOut'>> {
    const options = { signal, onProgress: emitStages(emit) };
    const figures = await evaluateHoldOut(path, heldOut, options);
    const served = this.parts.models.get(tenant);
    const servingFigures = served && (await evaluateHoldOut(served.path, heldOut, options));
    signal.throwIfAborted();
    const serving = servingFigures && measurementOf(servingFigures);
    return {
      version: run,
      algorithm: model.settings.algorithm,
      users: model.users,
      items: model.items.length,
      interactions: model.interactions,
      figures,
      ...(servingFigures ? { servingFigures } : {}),
      ...decideReplacement(measurementOf(figures), serving, { metric: 'NDCG@10', force }),
      seconds: (performance.now() - startedMs) / 1_000,
    };
  }

  /** Resolves when this replica serves the new model, if it replaces the serving one. */
  private async register(
    report: Report,
    { path, createdAt }: Candidate,
    minValue: number | undefined,
    { tenant, run, signal }: LongTaskContext,
  ): Promise<void> {
    const { algorithm, users, items, interactions, figures, replaced } = report;
    const counts = { users, items, interactions };
    const entry = { version: run, algorithm, createdAt, ...counts, ndcg10: figures.ndcg10, minValue, report };
    const revision = await this.parts.registry.addFile(tenant, path, entry, { replaces: replaced });
    await this.parts.models.reached(tenant, revision, signal);
  }
}

function measurementOf({ ndcg10, users, ci95 }: RankingFigures): Measurement {
  const [low, high] = ci95['ndcg10'] ?? [0, 0];
  return { value: ndcg10, halfWidth: (high - low) / 2, samples: users };
}

/** Emits each new stage at once, and the progress within a stage about twice a second. */
function emitStages(emit: (progress: unknown) => void): (progress: TrainingProgress) => void {
  let last: TrainingProgress | undefined;
  const throttled = new Progress(() => emit(last));
  return (progress) => {
    const isNewStage = progress.stage !== last?.stage;
    last = progress;
    throttled.tick(isNewStage);
  };
}
