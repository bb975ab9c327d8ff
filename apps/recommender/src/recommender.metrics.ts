import { counter, gauge, secondsHistogram } from '@llmos/telemetry';

/** The metrics of the recommender service. */
export const recommenderMetrics = {
  recommendations: counter('llmos_recommendations_total', 'Lists of recommendations, by their basis.', ['basis']),
  interactions: counter('llmos_recommender_interactions_total', 'Rows of interactions, by outcome.', ['outcome']),
  training: secondsHistogram(
    'llmos_recommender_training_seconds',
    'Duration of a training, including its evaluation.',
    ['algorithm', 'outcome'],
  ),
  modelLoads: counter('llmos_recommender_model_loads_total', 'Models that this replica loaded, by outcome.', [
    'outcome',
  ]),
  withoutVector: gauge('llmos_recommender_items_without_vector', 'Items whose text is not embedded yet.', []),
};
