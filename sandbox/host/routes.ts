// Matches request paths against the routes of http functions, templates such as `stats/{date}`, as ASP.NET does for Azure.
// Literals are compared without regard to case, a parameter never contains a slash, and a slash at the end is ignored.

/** Returns the parameters of a decoded path that fits the route, and undefined for any other path. */
export type RouteMatcher = (path: string) => Record<string, string> | undefined;

const constraints: Record<string, string> = {
  int: '-?\\d{1,10}',
  long: '-?\\d{1,19}',
  bool: 'true|false',
  alpha: '[a-z]+',
  guid: '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
};

/**
 * Compiles a route with `{x}`, `{x:int}` (and long, bool, alpha, guid, maxlength(n)), `{x?}` and `{*rest}`. `template` has
 * no slash in front; `prefix` is the route prefix of host.json. Throws on any other syntax.
 */
export function compileRoute(template: string, prefix = ''): RouteMatcher {
  const segments = [prefix, template].flatMap(part => part.split('/')).filter(Boolean);
  const names: string[] = [];
  const pattern = segments.map((segment, index) => compileSegment(segment, index === segments.length - 1)).join('');
  if (new Set(names).size < names.length) throw new Error(`Route "${template}": a parameter occurs twice.`);
  const expression = new RegExp(`^${pattern}/?$`, 'i');
  return path => matchPath(expression, names, path);

  function compileSegment(segment: string, isLast: boolean): string {
    const pieces = segment.split(/(\{[^{}]*\})/).filter(Boolean);
    const rest = /^\{\*(\w+)\}$/.exec(segment)?.[1];
    if (rest && isLast) return `(?:/${group(rest, '.*')})?`;
    const optional = /^\{(\w+)(?::([\w()]+))?\?\}$/.exec(segment);
    if (optional?.[1] && isLast) return `(?:/${group(optional[1], constraintOf(optional[2]))})?`;
    return `/${pieces.map(compilePiece).join('')}`;
  }

  function compilePiece(piece: string): string {
    if (!/[{}]/.test(piece)) return piece.replace(/[\\^$.*+?()[\]|]/g, '\\$&');
    const [, name, constraint] = /^\{(\w+)(?::([\w()]+))?\}$/.exec(piece) ?? [];
    if (!name) throw new Error(`Route "${template}": "${piece}" is not understood.`);
    return group(name, constraintOf(constraint));
  }

  function constraintOf(name: string | undefined): string {
    if (name === undefined) return '[^/]+';
    const maxLength = /^maxlength\((\d+)\)$/.exec(name)?.[1];
    // A parameter is never empty: one of at most 0 characters can only be left out.
    if (maxLength) return Number(maxLength) === 0 ? '(?!)' : `[^/]{1,${maxLength}}`;
    const pattern = constraints[name];
    if (!pattern) throw new Error(`Route "${template}": the constraint "${name}" is not reproduced by this host.`);
    return pattern;
  }

  function group(name: string, inner: string): string {
    names.push(name);
    return `(${inner})`;
  }
}

function matchPath(expression: RegExp, names: readonly string[], path: string): Record<string, string> | undefined {
  const found = expression.exec(path);
  if (!found) return undefined;
  const params: Record<string, string> = {};
  names.forEach((name, index) => {
    const value = found[index + 1];
    if (value) params[name] = value;
  });
  return params;
}
