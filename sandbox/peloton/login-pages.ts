// The HTML pages of the sign-in: the login page, the form after the credentials, the page of the second factor, the error
// page. The script of the login page also has the words "Verify your identity", so that a client cannot tell the pages by
// these words.

export type LoginConfig = {
  authOrigin: string;
  tenant: string;
  clientId: string;
  redirectUri: string;
  connection?: string;
  /** What a person may type here. */
  note?: string;
  /** The fields of the transaction, for both internalOptions and extraParams. */
  options: Record<string, string>;
};

/** The login page. The configuration for its script is one line of base64 (UTF-8 JSON). */
export function loginPage({
  authOrigin,
  tenant,
  clientId,
  redirectUri,
  connection,
  note,
  options,
}: LoginConfig): string {
  const config = {
    auth0Domain: new URL(authOrigin).host,
    auth0Tenant: tenant,
    callbackURL: redirectUri,
    clientID: clientId,
    clientConfigurationBaseUrl: `${authOrigin}/`,
    dict: { signin: { title: 'Welcome back – let’s go' } },
    internalOptions: options,
    extraParams: options,
  };
  const encoded = Buffer.from(JSON.stringify(config)).toString('base64');
  return page(
    'Log in | Peloton',
    `<div id="root"></div>${note ? `<p>${escapeHtml(note)}</p>` : ''}
<script>
  window.injectedConfig = window.injectedConfig || "${encoded}";
  window.texts = { mfa: "Verify your identity", submit: "Log In" };
  const body = ${JSON.stringify({ client_id: clientId, redirect_uri: redirectUri, tenant, connection }).replaceAll('<', '\\u003c')};
${loginScript}</script>`,
  );
}

/** Draws the form in the browser and posts what is typed, as JSON. An HTML answer carries the browser on by a form of its own. */
const loginScript = `
  const config = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(window.injectedConfig), c => c.charCodeAt(0))));
  document.getElementById('root').innerHTML = '<main><h1>Log in</h1><form><label>Email <input name="username" autofocus>'
    + '</label><label>Password <input name="password" type="password"></label><p role="alert"></p><button>Log in</button></form></main>';
  document.querySelector('form').addEventListener('submit', async event => {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.target));
    const answer = await fetch('/usernamepassword/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...config.extraParams, ...body, ...typed }),
    });
    if (answer.redirected) return location.assign(answer.url);
    const text = await answer.text();
    if (!answer.ok) return document.querySelector('[role=alert]').textContent = JSON.parse(text).description;
    document.open();
    document.write(text);
    document.close();
  });
`;

/** The login page of Auth0's New Universal Login. */
export function universalLoginPage(state: string, note: string, problem = ''): string {
  return page(
    'Log in | Peloton',
    `<main><h1>Welcome</h1>
<form method="post" action="/u/login?state=${escapeHtml(state)}">
  <input type="hidden" name="state" value="${escapeHtml(state)}">
  <label>Email address <input name="username" inputmode="email" autofocus></label>
  <label>Password <input name="password" type="password"></label>
  <p role="alert">${escapeHtml(problem)}</p>
  <a href="/u/login">Forgot password?</a>
  <button type="submit" name="action" value="default">Continue</button>
</form><p>${escapeHtml(note)}</p></main>`,
  );
}

/** The page that a browser ends at, in the place of the members site. Peloton's own moves on at once. */
export function callbackPage(): string {
  return page(
    'Signed in | Sandbox',
    `<main><h1>This is where the sign-in ends</h1>
<p>Copy this address and paste it where <code>npm run sign-in</code> waits for it. It is good once, and for a minute.</p>
<p><input readonly size="80" aria-label="The address of this page"></p>
<p><button>Copy</button> <output></output></p></main>
<script>
  const field = document.querySelector('input');
  field.value = location.href;
  field.select();
  document.querySelector('button').addEventListener('click', async () => {
    await navigator.clipboard.writeText(field.value);
    document.querySelector('output').textContent = 'Copied.';
  });
  if (new URLSearchParams(location.search).has('error')) document.querySelector('h1').textContent = 'Peloton refused the sign-in';
</script>`,
  );
}

/** A form that submits itself; values are HTML-escaped. */
export function postingForm(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `    <input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" name="hiddenform" action="${escapeHtml(action)}">
${inputs.join('\n')}
    <noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript>
</form>
<script>document.forms[0].submit();</script>`;
}

export function secondFactorPage(state: string): string {
  return page(
    'Verify your identity | Peloton',
    `<h1>Verify your identity</h1><p>We have sent an e-mail with a code.</p>
<form method="post" action="/u/mfa-email-challenge?state=${escapeHtml(state)}">
  <input name="code"><input type="hidden" name="state" value="${escapeHtml(state)}">
</form>`,
  );
}

export function errorPage(text: string): string {
  return page('Error | Peloton', `<h1>Oops!, something went wrong</h1><p>${escapeHtml(text)}</p>`);
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}label,button{display:block;margin:1rem 0}input{font:inherit;max-width:100%}[role=alert]{color:#b00020}';

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>
<body>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, character => entities[character] ?? character);
}
