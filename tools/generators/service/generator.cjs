const { join } = require('node:path');
const { formatFiles, generateFiles, getProjects } = require('@nx/devkit');

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** Verbs that cannot be the name of an export or of a method, or that mean something else in the files made here. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const constructor continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super switch this throw ' +
    'true try typeof undefined var void while with yield capability z describe it expect jest input output service'
  ).split(' '),
);

/**
 * Makes a service whole: `apps/<name>`, the contract of `<name>.<verb>` and a pipeline that calls it. What it makes
 * builds, passes its tests and runs as it is; writing the service is then changing the contract and one method.
 */
async function service(tree, { name, verb = 'process' }) {
  checkWord('name', name);
  checkWord('verb', verb);
  if (getProjects(tree).has(name))
    throw new Error(`There is a project '${name}' already. Choose another name, or add the verb to it by hand.`);
  const words = namesFor(name, verb);
  const parts = { app: `apps/${name}`, contract: 'libs/contracts/src/capabilities', pipeline: 'deploy/pipelines' };
  for (const path of [parts.app, `${parts.contract}/${name}.ts`, `${parts.pipeline}/${name}.yaml`]) {
    if (tree.exists(path)) throw new Error(`${path} is there already; nothing was written.`);
  }
  for (const [part, target] of Object.entries(parts))
    generateFiles(tree, join(__dirname, 'templates', part), target, words);
  await formatFiles(tree);
  return () =>
    console.log(
      `\nNext: npx nx test ${name}\nThen: say what it does in ${parts.contract}/${name}.ts, and do it in apps/${name}/src/${words.file}.service.ts`,
    );
}

function checkWord(option, word) {
  if (!NAME.test(word))
    throw new Error(`'${word}' cannot be the ${option}: use lower-case letters, digits and _, starting with a letter.`);
}

function namesFor(name, verb) {
  const exported = RESERVED.has(verb) ? camel(`${name}_${verb}`) : camel(verb);
  return {
    name,
    verb,
    capability: `${name}.${verb}`,
    /** Files are kebab-case, folders and subjects are not: `risk_score` lies in `apps/risk_score/src/risk-score.service.ts`. */
    file: name.replaceAll('_', '-'),
    exported,
    /** The step's id in the pipeline; `input` means the pipeline's own input there. */
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
