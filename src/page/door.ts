/** The form that asks for the token. The token is kept in the tab's session storage and sent as every program sends it: `Authorization: Bearer`. */
import { TOKEN_KEY } from '../drawing/door-page.js';
import { element } from './state.js';

const field = element('token') as HTMLInputElement;
const refused = element('refused');

/** Puts the page of the model in the place of the form. @returns whether the token was the server's */
async function enter(token: string): Promise<boolean> {
  const response = await fetch('.', { headers: { accept: 'text/html', authorization: `Bearer ${token}` } });
  if (!response.ok) {
    sessionStorage.removeItem(TOKEN_KEY);
    return false;
  }
  const text = await response.text();
  sessionStorage.setItem(TOKEN_KEY, token);
  document.open();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one way to have a page that was fetched with a header, its scripts too
  document.write(text);
  document.close();
  return true;
}

element('door').addEventListener('submit', (event) => {
  event.preventDefault();
  refused.textContent = '';
  enter(field.value.trim()).then(
    (right) => {
      if (right) return;
      refused.textContent = refused.dataset['wrong']!;
      field.select();
    },
    () => (refused.textContent = refused.dataset['away']!),
  );
});

const known = sessionStorage.getItem(TOKEN_KEY);
if (known !== null) enter(known).catch(() => (refused.textContent = refused.dataset['away']!));
