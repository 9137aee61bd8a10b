import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from '../../www/node_modules/vite/dist/node/index.js';

/**
 * The page's sources as trees, and what a tree imports and changes.
 *
 * @typedef {any} Node a node of the ESTree
 * @typedef {object} Source
 * @property {string} path below www/src
 * @property {string} text
 * @property {Node} tree
 * @property {string[]} loads what it imports as the page runs
 * @property {string[]} names what it imports for its types alone
 */

export const ROOT = fileURLToPath(new URL('../../www/src', import.meta.url));

/** @param {string} folder @returns {string[]} paths of files below the page's sources, what the engine's build wrote apart */
export const filesIn = (folder = '') =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name);
    if (path === 'generated') return [];
    return one.isDirectory() ? filesIn(path) : [path.replaceAll('\\', '/')];
  });

/** Every node below one, itself among them. @param {Node} node @returns {Generator<Node>} */
export function* nodesOf(node) {
  if (!node || typeof node !== 'object') return;
  if (Array.isArray(node)) for (const one of node) yield* nodesOf(one);
  else {
    if (typeof node.type === 'string') yield node;
    for (const one of Object.values(node)) yield* nodesOf(one);
  }
}

/** @param {string} path @param {string} specifier @returns {string[]} the file that it names, unless it is a package's */
function fileOf(path, specifier) {
  if (!specifier.startsWith('.')) return [];
  return [relative(ROOT, join(ROOT, dirname(path), specifier.split('?')[0])).replaceAll('\\', '/')];
}

/** @param {string} path @param {string} text @returns {Source} */
export function sourceOf(path, text) {
  const tree = parseAst(text, { lang: 'js' });
  const loads = [...nodesOf(tree)]
    .filter((one) => /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$/.test(one.type))
    .map((one) => one.source?.value)
    .filter((one) => typeof one === 'string');
  const names = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map((one) => one[1]);
  const files = (/** @type {string[]} */ all) => [...new Set(all.flatMap((one) => fileOf(path, one)))];
  return { path, text, tree, loads: files(loads), names: files(names.filter((one) => !loads.includes(one))) };
}

/** @returns {Source[]} */
export const sources = () =>
  filesIn()
    .filter((path) => path.endsWith('.js'))
    .map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')));

/** What changes a collection in place. */
const MUTATORS = /^(set|delete|clear|add|push|pop|shift|unshift|splice|sort|reverse|fill)$/;

/** The objects that a chain like `this.store.study.fixed` goes through, from the first. @param {Node} node @returns {string[]} */
function chainOf(node) {
  if (node.type === 'ChainExpression' || node.type === 'ParenthesizedExpression') return chainOf(node.expression);
  if (node.type === 'ThisExpression') return ['this'];
  if (node.type === 'Identifier') return [node.name];
  if (node.type !== 'MemberExpression') return ['?'];
  return [...chainOf(node.object), node.computed ? '[]' : (node.property.name ?? '#')];
}

/** The targets of an assignment, also of one that takes a value apart. @param {Node} node @returns {Node[]} */
function targetsOf(node) {
  if (node?.type === 'ObjectPattern')
    return node.properties.flatMap((/** @type {Node} */ one) => targetsOf(one.value));
  if (node?.type === 'ArrayPattern') return node.elements.flatMap(targetsOf);
  if (node?.type === 'AssignmentPattern') return targetsOf(node.left);
  return node ? [node] : [];
}

/**
 * The chains that a tree changes: by assignment, `++`, `delete`, a collection's own methods, or `Object.assign`.
 * @param {Node} tree
 * @returns {string[][]}
 */
function changedIn(tree) {
  const found = [];
  for (const node of nodesOf(tree)) {
    if (node.type === 'AssignmentExpression') found.push(...targetsOf(node.left));
    else if (node.type === 'UpdateExpression') found.push(node.argument);
    else if (node.type === 'UnaryExpression' && node.operator === 'delete') found.push(node.argument);
    else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { object, property } = node.callee;
      // A chain ends in what is changed: its last name stands for the collection's content.
      if (MUTATORS.test(property.name)) found.push({ type: 'MemberExpression', object, property, computed: true });
      if (chainOf(node.callee).join('.') === 'Object.assign' && node.arguments[0])
        found.push({ type: 'MemberExpression', object: node.arguments[0], property, computed: true });
    }
  }
  return found.map(chainOf);
}

/** The calls of a tree as chains. @param {Node} tree @returns {string[][]} */
const callsIn = (tree) =>
  [...nodesOf(tree)].filter((one) => one.type === 'CallExpression').map((one) => chainOf(one.callee));

/**
 * The methods of a class that change the object: by themselves or by another one of them.
 * @param {Source} source
 * @returns {Set<string>}
 */
export function changingMethods({ tree }) {
  const methods = [...nodesOf(tree)].filter((one) => one.type === 'MethodDefinition' && one.kind === 'method');
  const changing = new Set();
  // Whoever listens changes nothing that is shown.
  const quiet = 'subscribe';
  const own = (/** @type {string[]} */ chain) => chain[0] === 'this' && chain.length > 1;
  for (let before = -1; before !== changing.size;) {
    before = changing.size;
    for (const { key, value } of methods)
      if (
        key.name !== quiet &&
        (changedIn(value).some(own) ||
          callsIn(value).some(([first, name, ...rest]) => first === 'this' && !rest.length && changing.has(name)))
      )
        changing.add(key.name);
  }
  return changing;
}

/**
 * How many times a file changes the store: what hangs on it, or by its methods.
 * @param {Source} source
 * @param {Set<string>} methods the store's that change it
 */
export function storeWrites({ tree }, methods) {
  // What was taken out of the store by its name is the store's still.
  const taken = new Set();
  for (const { type, id, init } of nodesOf(tree))
    if (type === 'VariableDeclarator' && init && id.type === 'ObjectPattern' && chainOf(init).at(-1) === 'store')
      for (const { value } of id.properties) if (value?.type === 'Identifier') taken.add(value.name);
  const inside = (/** @type {string[]} */ chain) => {
    const at = chain.indexOf('store');
    if (at >= 0 && at < 2) return at < chain.length - 1;
    return taken.has(chain[0]) && chain.length > 1;
  };
  const changes = changedIn(tree).filter(inside);
  const calls = callsIn(tree).filter((chain) => chain.at(-2) === 'store' && methods.has(chain.at(-1) ?? ''));
  return changes.length + calls.length;
}
