// Bicep source → plain data that a policy can ask questions of: no compiler is at hand offline, but the grammar is. An
// expression that is more than a literal stays as its source text; nothing here is evaluated.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** What is no literal (a reference, a call, an interpolated string, a loop) is the object `{ expression: 'its source' }`. */
export type BicepValue = string | number | boolean | null | BicepValue[] | BicepObject;
export type BicepObject = { [key: string]: BicepValue };

/** A resource or a module. `type` is empty for a module; `symbol` of a nested resource is `parent::child`. */
export type Declaration = {
  symbol: string;
  type: string;
  apiVersion: string;
  existing: boolean;
  condition: string | undefined;
  body: BicepObject;
};
export type Module = Declaration & { path: string };
export type Parameter = { name: string; type: string; isOptional: boolean; decorators: Map<string, string> };

export type BicepFile = {
  path: string;
  /** Places that the grammar could not read, as `line:column text`. */
  faults: string[];
  parameters: Parameter[];
  variables: Map<string, BicepValue>;
  resources: Declaration[];
  modules: Module[];
  outputs: Map<string, BicepValue>;
};

/** Loads the grammar once; the function it gives reads one source after another. */
export async function makeBicepReader(): Promise<(path: string, source: string) => BicepFile> {
  const wasm = fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  await Parser.init();
  const parser = new Parser().setLanguage(await Language.load(await readFile(wasm)));
  return (path, source) => {
    const tree = parser.parse(source);
    if (!tree) throw new Error(`${path} could not be parsed`);
    const file = readTree(path, tree.rootNode);
    tree.delete();
    return file;
  };
}

function readTree(path: string, root: Node): BicepFile {
  const file: BicepFile = {
    path,
    faults: findFaults(root),
    parameters: [],
    variables: new Map(),
    resources: [],
    modules: [],
    outputs: new Map(),
  };
  let decorators = new Map<string, string>();
  for (const node of root.namedChildren) {
    if (node.type === 'decorators') decorators = readDecorators(node);
    else {
      readStatement(file, node, decorators);
      if (node.type !== 'comment') decorators = new Map();
    }
  }
  return file;
}

function readStatement(file: BicepFile, node: Node, decorators: Map<string, string>): void {
  if (node.type === 'parameter_declaration') file.parameters.push(readParameter(node, decorators));
  if (node.type === 'variable_declaration') file.variables.set(symbolOf(node), readValue(lastChild(node)));
  if (node.type === 'output_declaration') file.outputs.set(symbolOf(node), readValue(lastChild(node)));
  if (node.type === 'resource_declaration') readResource(file.resources, node, undefined);
  if (node.type === 'module_declaration') {
    const path = String(readValue(childOfType(node, 'string')));
    file.modules.push({ ...readDeclaration(node), symbol: symbolOf(node), type: '', apiVersion: '', path });
  }
}

function readParameter(node: Node, decorators: Map<string, string>): Parameter {
  return {
    name: symbolOf(node),
    type: childOfType(node, 'type').text,
    isOptional: node.children.some(child => child.type === '='),
    decorators,
  };
}

function readDecorators(node: Node): Map<string, string> {
  const calls = node.namedChildren.map(decorator => decorator.namedChildren[0]).filter(call => call !== undefined);
  return new Map(
    calls.map(call => [call.namedChildren[0]?.text ?? '', call.namedChildren[1]?.text.slice(1, -1) ?? '']),
  );
}

/** Adds the resource and, after it, those nested in it, with the full type and symbol that they have outside. */
function readResource(resources: Declaration[], node: Node, parent: Declaration | undefined): void {
  const named = String(readValue(childOfType(node, 'string')));
  const [type = '', apiVersion = parent?.apiVersion ?? ''] = named.split('@');
  const resource = {
    ...readDeclaration(node),
    symbol: parent ? `${parent.symbol}::${symbolOf(node)}` : symbolOf(node),
    type: parent ? `${parent.type}/${type}` : type,
    apiVersion,
  };
  resources.push(resource);
  for (const property of bodyOf(node).namedChildren) {
    const child = property.namedChildren[0];
    if (child?.type === 'resource_declaration') readResource(resources, child, resource);
  }
}

function readDeclaration(node: Node): Pick<Declaration, 'existing' | 'condition' | 'body'> {
  const conditional = node.namedChildren.find(child => child.type === 'if_statement');
  return {
    existing: node.children.some(child => child.type === 'existing'),
    condition: conditional?.namedChildren[0]?.text,
    body: readObject(bodyOf(node)),
  };
}

function bodyOf(node: Node): Node {
  const last = lastChild(node);
  return last.type === 'if_statement' ? lastChild(last) : last;
}

function readValue(node: Node): BicepValue {
  if (node.type === 'number') return Number(node.text);
  if (node.type === 'boolean') return node.text === 'true';
  if (node.type === 'null') return null;
  if (node.type === 'array') return node.namedChildren.filter(child => child.type !== 'comment').map(readValue);
  if (node.type === 'object') return readObject(node);
  if (node.type === 'string' && node.namedChildren.every(child => child.type !== 'interpolation'))
    return node.namedChildren.map(child => child.text).join('');
  return { expression: node.text };
}

function readObject(node: Node): BicepObject {
  const properties = node.namedChildren.filter(
    child => child.type === 'object_property' && child.namedChildren[0]?.type !== 'resource_declaration',
  );
  return Object.fromEntries(properties.map(property => [keyOf(property), readValue(lastChild(property))]));
}

function keyOf(property: Node): string {
  const key = property.namedChildren[0];
  return key?.type === 'string' ? key.text.slice(1, -1) : (key?.text ?? '');
}

function symbolOf(node: Node): string {
  return childOfType(node, 'identifier').text;
}

function childOfType(node: Node, type: string): Node {
  const child = node.namedChildren.find(candidate => candidate.type === type);
  if (!child) throw new Error(`No ${type} in: ${node.text}`);
  return child;
}

function lastChild(node: Node): Node {
  const child = node.namedChildren.at(-1);
  if (!child) throw new Error(`Nothing in: ${node.text}`);
  return child;
}

function findFaults(node: Node): string[] {
  if (!node.hasError) return [];
  const own = node.isError || node.isMissing;
  const here = `${node.startPosition.row + 1}:${node.startPosition.column + 1} ${node.text.slice(0, 40)}`;
  return own ? [here] : node.children.flatMap(findFaults);
}
