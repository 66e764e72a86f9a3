// The path of a request as Kestrel, the web server of the Functions host, hands it to the routes.

/** One character in UTF-8, every byte of it escaped. */
const escapedCharacter =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi;

/** A slash stays escaped, so that no parameter holds one; so does what is no UTF-8, so that a function gets to see it. */
function decode(escaped: string): string {
  if (/^%2f$/i.test(escaped)) return escaped;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped;
  }
}

function removeDotSegments(path: string): string {
  const segments = path.split('/').slice(1);
  const kept: string[] = [];
  segments.forEach((segment, index) => {
    const isDots = segment === '.' || segment === '..';
    if (segment === '..') kept.pop();
    if (!isDots) kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  });
  return `/${kept.join('/')}`;
}

/** The decoded path without `.` and `..`; undefined for one with a null character, which is a bad request. */
export function decodePath(raw: string): string | undefined {
  const path = removeDotSegments(raw.replace(escapedCharacter, decode));
  return path.includes('\0') ? undefined : path;
}

/** A decoded path as it stands in the URL that a function sees. */
export function encodePath(path: string): string {
  return encodeURI(path)
    .replace(/[?#]/g, encodeURIComponent)
    .replace(/%25(?=[\da-f]{2})/gi, '%');
}
