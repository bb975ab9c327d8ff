const { join } = require('node:path');
const { formatFiles, generateFiles, getProjects, readJson, writeJson } = require('@nx/devkit');
const { parse } = require('yaml');

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** Verbs that cannot name an export or a method, or that are used otherwise in the generated files. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const constructor continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null package private ' +
    'protected public return static super switch this throw true try typeof undefined var void while with yield ' +
    'capability z describe it expect jest input output service context answer fake letter'
  ).split(' '),
);

/** What the generated source imports. */
const PACKAGES = ['@llmos/config', '@llmos/contracts', '@llmos/mesh', '@nestjs/common', 'zod'];
const MODEL_PACKAGES = [...PACKAGES, '@llmos/models', '@llmos/telemetry'].sort();

/**
 * Generates a service: `apps/<name>`, the contract of `<name>.<verb>` and a pipeline that calls it. The result builds,
 * passes its tests and runs. The author then changes the contract and one method. With `model` (an embedding model of the
 * catalog) the service also has a loader, and the files under `templates/model` replace those of the same name.
 */
async function service(tree, { name, verb = 'process', model }) {
  checkWord('name', name);
  checkWord('verb', verb);
  if (model !== undefined) checkModel(tree, model);
  if (getProjects(tree).has(name))
    throw new Error(`The project '${name}' already exists. Choose another name, or add the capability by hand.`);
  const words = namesFor(name, verb, model);
  const parts = { app: `apps/${name}`, contract: 'libs/contracts/src/capabilities', pipeline: 'deploy/pipelines' };
  for (const path of [parts.app, `${parts.contract}/${name}.ts`, `${parts.pipeline}/${name}.yaml`]) {
    if (tree.exists(path)) throw new Error(`${path} already exists; nothing was written.`);
  }
  for (const layer of model === undefined ? [''] : ['', 'model'])
    for (const [part, target] of Object.entries(parts))
      generateFiles(tree, join(__dirname, 'templates', layer, part), target, words);
  writeJson(tree, `${parts.app}/package.json`, manifestOf(tree, name, model === undefined ? PACKAGES : MODEL_PACKAGES));
  await formatFiles(tree);
  return () =>
    console.log(
      `\nNext: npx nx test ${name}\nThen describe the capability in ${parts.contract}/${name}.ts and write its logic in ` +
        `apps/${name}/src/${words.file}.service.ts`,
    );
}

/** The package.json of the app: its dependencies in the versions of this repository. */
function manifestOf(tree, name, packages) {
  const { dependencies } = readJson(tree, 'package.json');
  const versionOf = (one) =>
    one.startsWith('@llmos/')
      ? readJson(tree, `libs/${one.slice('@llmos/'.length)}/package.json`).version
      : dependencies[one];
  return {
    name: `@llmos/app-${name.replaceAll('_', '-')}`,
    version: '0.1.0',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(packages.map((one) => [one, versionOf(one)])),
  };
}

function checkWord(option, word) {
  if (!NAME.test(word))
    throw new Error(`'${word}' cannot be the ${option}: use lower-case letters, digits and _, starting with a letter.`);
}

function checkModel(tree, model) {
  const { models } = parse(tree.read('deploy/models.yaml', 'utf8'));
  const embedding = Object.keys(models).filter((name) => models[name].use === 'embeddings');
  if (!embedding.includes(model))
    throw new Error(`'${model}' is not an embedding model of deploy/models.yaml. It has: ${embedding.join(', ')}.`);
}

function namesFor(name, verb, model) {
  const exported = RESERVED.has(verb) ? camel(`${name}_${verb}`) : camel(verb);
  return {
    name,
    verb,
    model,
    capability: `${name}.${verb}`,
    /** Files are in kebab case, folders and subjects are not: `apps/risk_score/src/risk-score.service.ts`. */
    file: name.replaceAll('_', '-'),
    exported,
    /** The id of the step in the pipeline, where `input` means the input of the pipeline. */
    step: verb === 'input' ? `${name}_${verb}`.slice(0, 63) : verb,
    className: capital(camel(name)),
    configName: `${camel(name)}Config`,
    env: name.toUpperCase(),
  };
}

function camel(word) {
  return word.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase()).replace(/_+$/, '');
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

module.exports = service;
