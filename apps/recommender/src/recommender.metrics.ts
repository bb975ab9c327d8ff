import { counter, gauge, secondsHistogram } from '@llmos/telemetry';

/** What the recommender shows at /metrics beside what every service does. */
export const recommenderMetrics = {
  recommendations: counter('llmos_recommendations_total', 'Lists of recommendations given, by what they rest on.', [
    'basis',
  ]),
  interactions: counter('llmos_recommender_interactions_total', 'Rows of interactions, by what became of them.', [
    'outcome',
  ]),
  training: secondsHistogram('llmos_recommender_training_seconds', 'How long a training took, measuring included.', [
    'algorithm',
    'outcome',
  ]),
  modelLoads: counter('llmos_recommender_model_loads_total', 'Models taken into service by this replica.', ['outcome']),
  withoutVector: gauge('llmos_recommender_items_without_vector', 'Items whose text is still to be embedded.', []),
};
