// The HTML pages of the sign-in: the login page, the form after the credentials, the page of the second factor, the error
// page. The script of the login page also has the words "Verify your identity", so that a client cannot tell the pages by
// these words.

export type LoginConfig = {
  authOrigin: string;
  tenant: string;
  clientId: string;
  redirectUri: string;
  /** The fields of the transaction, for both internalOptions and extraParams. */
  options: Record<string, string>;
};

/** The login page. The configuration for its script is one line of base64 (UTF-8 JSON). */
export function loginPage({ authOrigin, tenant, clientId, redirectUri, options }: LoginConfig): string {
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
    `<div id="root"></div>
<script>
  window.injectedConfig = window.injectedConfig || "${encoded}";
  window.texts = { mfa: "Verify your identity", submit: "Log In" };
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

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
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
