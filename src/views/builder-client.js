// The builder while it is used: each change is drawn by the service, as without script, and takes the place of what was there.

const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));
const result = /** @type {HTMLElement} */ (document.getElementById('result'));
const status = /** @type {HTMLElement} */ (document.getElementById('status'));
document.documentElement.classList.add('scripted');
let turn = 0;

form.addEventListener('input', async () => {
  const fields = /** @type {[string, string][]} */ ([...new FormData(form)]); // no field is a file
  const query = new URLSearchParams(fields);
  const own = ++turn;
  history.replaceState(null, '', `page?${query}`);
  try {
    const response = await fetch(`page?${query}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const html = await response.text();
    if (own !== turn) return;
    const next = new DOMParser().parseFromString(html, 'text/html').getElementById('result');
    if (!next) throw new Error('another page came');
    const open = [...result.querySelectorAll('details')].map(details => details.open);
    next.querySelectorAll('details').forEach((details, index) => {
      details.open = open[index] ?? false;
    });
    result.replaceChildren(...next.childNodes);
    status.textContent = '';
  } catch (error) {
    if (own === turn)
      status.textContent = `This could not be drawn anew (${error instanceof Error ? error.message : error}).`;
  }
});

document.addEventListener('click', async ({ target }) => {
  const button = target instanceof Element && target.closest('button.copy');
  const code = button && document.getElementById(button.getAttribute('data-code') ?? '');
  if (!code) return;
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    status.textContent = 'Copied.';
  } catch {
    getSelection()?.selectAllChildren(code);
    status.textContent = 'The code is selected: copy it with the keys of your system.';
  }
});
