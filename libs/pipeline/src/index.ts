export { ExpressionError, evaluate, parseExpression, type Scope } from './expression.js';
export { checkInput } from './input.js';
export { lineOf } from './line-of.js';
export { parsePipeline, PipelineError, type PipelineFault } from './parse-pipeline.js';
export {
  isPipelineFile,
  parsePipelineFiles,
  type ParsedPipelineFiles,
  type PipelineFile,
} from './parse-pipeline-files.js';
export { readYaml, YamlFileError } from './read-yaml.js';
export { resultOf, nextStep, prune, stepAt, stepInput, stepOf, stepsToTake } from './route.js';
export { fillIn } from './template.js';
