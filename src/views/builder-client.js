// The builder while it is used: each change is drawn by the service, as without script, and takes the place of what was there.

const form = document.querySelector('form');
const result = document.getElementById('result');
const status = document.getElementById('status');
document.documentElement.classList.add('scripted');
let turn = 0;

form.addEventListener('input', async () => {
  const query = new URLSearchParams(new FormData(form));
  const own = ++turn;
  history.replaceState(null, '', `page?${query}`);
  try {
    const response = await fetch(`page?${query}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const html = await response.text();
    if (own !== turn) return;
    const next = new DOMParser().parseFromString(html, 'text/html').getElementById('result');
    const open = [...result.querySelectorAll('details')].map(details => details.open);
    next.querySelectorAll('details').forEach((details, index) => {
      details.open = open[index];
    });
    result.replaceChildren(...next.childNodes);
    status.textContent = '';
  } catch (error) {
    if (own === turn) status.textContent = `This could not be drawn anew (${error.message}).`;
  }
});

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('button.copy');
  if (!button) return;
  const code = document.getElementById(button.dataset.code);
  try {
    await navigator.clipboard.writeText(code.textContent);
    status.textContent = 'Copied.';
  } catch {
    getSelection().selectAllChildren(code);
    status.textContent = 'The code is selected: copy it with the keys of your system.';
  }
});
