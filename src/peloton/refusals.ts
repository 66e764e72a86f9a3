// What an answer to the credentials says of them: by the code in its JSON, by the error in a redirect home, or by the words of a
// page. The codes are Auth0's documented ones (docs/peloton.md). Their owner acts on a refusal; every other answer is Peloton's.

import { type Cause, errorOf, type StatsError } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { isObject, memberOf, tryParseJson } from '../stats/json.ts';
import { changed, isAway, stringOf, unavailable } from './judge.ts';
import { botCheck, isNoPage, readPage } from './login-page.ts';
import { saidIn } from './redirects.ts';

type Rules = readonly (readonly [RegExp, Cause])[];

const codes: Rules = [
  [/^(invalid|wrong)_(\w+_)?(password|credentials)$/i, 'wrong-password'],
  [/leaked|breached/i, 'leaked-password'],
  [/^password_(expired|change|reset)/i, 'expired-password'],
  [/^too_many_(attempts|logins)/i, 'too-many-attempts'],
  [/^((user|account)_)?(is_)?(blocked|locked|suspended|disabled)(_(user|account))?$/i, 'blocked-user'],
  [/captcha/i, 'captcha'],
  [/mfa|second_factor/i, 'second-factor'],
  [/verif(y|ied|ication)|^(interaction|consent)_required$/i, 'verification'],
];

/** Codes that many refusals share: the description says more, where there is one. */
const vagueCodes: Rules = [
  [/^unauthorized$/i, 'blocked-user'],
  [/^access_denied$/i, 'access-denied'],
];

const words: Rules = [
  [
    /verify your identity|two-factor|multi-?factor|second factor|verification code|one-time (pass)?code/i,
    'second-factor',
  ],
  [/captcha|not a robot|(you are|you're) (a )?human/i, 'captcha'],
  [/too many (\w+ ){0,3}attempts|multiple consecutive \w+ attempts/i, 'too-many-attempts'],
  [/password[^.]{0,60}(leak|breach|compromised)|(leak|breach)[^.]{0,60}password/i, 'leaked-password'],
  [/password (has |is )?expired|(must|need to|please) (change|update|reset) your password/i, 'expired-password'],
  [/(change|update|reset) your password (to|before)|(choose|create|set|enter) a new password/i, 'expired-password'],
  [/(wrong|incorrect|invalid) ((e-?mail|user ?name)( address)?,? (or|and) )?password/i, 'wrong-password'],
  [/(user|account)( is| has been)?( temporarily)? (blocked|locked|suspended|disabled)/i, 'blocked-user'],
  [/(verify|confirm) (your (e-?mail|account)|(that )?it.s you)|suspicious (request|activity)/i, 'verification'],
];

/** The refusal that a path belongs to, such as that of the page for a second factor. */
const paths: Rules = [
  [/\/u\/mfa|mfa-/, 'second-factor'],
  [/\/u\/[\w-]*password/, 'expired-password'],
  [/\/u\/[\w-]*captcha/, 'captcha'],
  [/\/u\/[\w-]*verif/, 'verification'],
];

function find(rules: Rules, text: string): Cause | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

/** One word, and no text in which a server repeats what it was sent. */
const codeForm = /^[a-z0-9_.-]{1,40}$/i;

/** The cause behind one of Peloton's codes; undefined where the code judges no credentials. */
function causeOf(code: string, description = ''): Cause | undefined {
  if (!codeForm.test(code)) return undefined;
  const vague = find(vagueCodes, code);
  return find(codes, code) ?? (vague && (find(words, description) ?? vague));
}

/**
 * The refusal that a page tells its reader, by its forms or by its words outside of scripts: the script of the login page holds
 * the same words. The page of a bot check tells none.
 */
export function causeOfPage(html: string): Cause | undefined {
  if (isNoPage(html)) return undefined;
  const { forms, words: said } = readPage(html);
  const byForm = forms.map(({ action }) => find(paths, action.split(/[?#]/, 1)[0] ?? '')).find(cause => cause);
  const fields = new Map(forms.flatMap(form => form.fields));
  return byForm ?? causeOf(fields.get('error') ?? '', fields.get('error_description')) ?? find(words, said);
}

export function refused(
  cause: Cause,
  { label, status }: Pick<HttpResponse, 'label' | 'status'>,
  code?: string,
): StatsError {
  return errorOf(cause, `${label} refused the credentials: ${code ?? cause}.`, { status, credentialsJudged: true });
}

/** An answer that is none of the known. */
export function unknownAnswer({ label, status }: Pick<HttpResponse, 'label' | 'status'>): StatsError {
  return errorOf('unknown-answer', `${label} answered ${status} in a way that is not known.`, {
    status,
    credentialsJudged: true,
  });
}

/** The refusal in the JSON of an answer, whatever the status. The name AnomalyDetected alone judges the request, not the credentials. */
export function findRefusal(answer: HttpResponse): StatsError | undefined {
  const sent = tryParseJson(answer.text);
  const nested = memberOf(sent, 'error');
  const body = isObject(nested) ? nested : sent;
  const isAnomaly = stringOf(body, 'name') === 'AnomalyDetected';
  const description = stringOf(body, 'error_description') ?? stringOf(body, 'description');
  for (const key of ['code', 'error']) {
    const code = stringOf(body, key) ?? '';
    const cause = isAnomaly && find(vagueCodes, code) ? undefined : causeOf(code, description);
    if (cause) return refused(cause, answer, code);
  }
  return undefined;
}

/** What an answer to the credentials means that is not the expected one. */
export function judgeAnswer(answer: HttpResponse): StatsError {
  const { status, text } = answer;
  if (text.trim() === '') return unavailable(answer, `answered ${status} with an empty body`);
  const refusal = findRefusal(answer);
  if (refusal) return refusal;
  if (isAway(answer)) return unavailable(answer, `answered ${status}`);
  const body = tryParseJson(text);
  if (stringOf(body, 'name') === 'AnomalyDetected') return changed(answer, 'answered AnomalyDetected');
  if (body !== undefined) return unknownAnswer(answer);
  const cause = causeOfPage(text);
  if (cause) return refused(cause, answer);
  if (status === 200 && !isNoPage(text)) return unknownAnswer(answer);
  return botCheck(answer);
}

/** True for the errors in a redirect home that pass by themselves. */
export function isOutage(error: string | null): boolean {
  return error === 'temporarily_unavailable' || error === 'server_error';
}

/** What the address of a redirect says of the credentials; undefined where it says nothing. */
export function judgeAddress(answer: HttpResponse, target: URL): StatsError | undefined {
  const error = saidIn(target, 'error');
  if (isOutage(error)) return unavailable(answer, `led to ${error}`);
  const cause =
    error === null ? find(paths, target.pathname) : causeOf(error, saidIn(target, 'error_description') ?? '');
  if (cause) return refused(cause, answer, error ?? undefined);
  return error === null ? undefined : unknownAnswer(answer);
}
