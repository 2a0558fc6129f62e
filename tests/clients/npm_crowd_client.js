// Drives the npm package atlassian-crowd-client for the tests: reads a call a line from standard input and writes
// what became of its promise as a line to standard output. Arguments: the package's folder, its settings as JSON.
'use strict';

const [folder, settings] = process.argv.slice(2);
const CrowdClient = require(folder);
const ValidationFactors = require(`${folder}/lib/models/validation-factors`);
const client = new CrowdClient(JSON.parse(settings));

const MAKERS = {
  $user: (it) => new client.userModel(it.first, it.last, it.display, it.email, it.name, it.password, it.active),
  $group: (it) => new client.groupModel(it.name, it.description, it.active),
  $attributes: (it) => new client.attributesModel(it),
  $factors: (it) => new ValidationFactors(it),
};

function made(argument) {
  const [kind] = argument && typeof argument === 'object' ? Object.keys(argument) : [];
  return kind in MAKERS ? MAKERS[kind](argument[kind]) : argument;
}

function answer(it) {
  process.stdout.write(JSON.stringify(it) + '\n');
}

async function carryOut(line) {
  const { call, args } = JSON.parse(line);
  const operation = call.split('.').reduce((part, name) => part[name], client);
  try {
    answer({ value: await operation(...args.map(made)) });
  } catch (error) {
    answer({ error: { type: String(error.type), message: String(error.message) } });
  }
}

(async () => {
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    await carryOut(line);
  }
})();
