/** The page that a server which needs a token shows to who has none: a form that asks for it. Nothing of the model is in it. */
import { servedHead } from './page-head.js';
import type { Language } from './words.js';

/** What the token is called in the browser's session storage. */
export const TOKEN_KEY = 'rnn-pipe-token';

const WORDS = {
  en: {
    title: 'This model asks for a token',
    label: 'Token',
    enter: 'Open',
    about: 'It is the text that stood behind --token when the server was started. It stays in this tab until you close it.',
    wrong: 'That is another token than the server’s.',
    away: 'The server does not answer.',
  },
  zh: {
    title: '此模型需要令牌',
    label: '令牌',
    enter: '打开',
    about: '即启动服务时 --token 后面的文字。它只留在这个标签页里，关闭即忘。',
    wrong: '与服务器的令牌不符。',
    away: '服务器没有回应。',
  },
} as const satisfies Record<Language, Record<string, string>>;

export function doorPage(language: Language): string {
  const { title, label, enter, about, wrong, away } = WORDS[language];
  return `${servedHead(title, language)}
<body>
<main>
<h1>${title}</h1>
<p>${about}</p>
<form id="door"><p><label>${label} <input id="token" type="password" autocomplete="off" autofocus required></label> <button type="submit">${enter}</button></p></form>
<p id="refused" role="alert" data-wrong="${wrong}" data-away="${away}"></p>
<noscript><p>/?token=…</p></noscript>
</main>
<script src="door.js"></script>
</body>
</html>
`;
}
