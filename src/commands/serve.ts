/** `serve`: a model on this machine's own network, as a JSON API and as a page where a sentence goes through all eight steps as one types it. */
import { readFileSync } from 'node:fs';
import { doorPage } from '../drawing/door-page.js';
import { livePage, liveStyle } from '../drawing/live-page.js';
import type { Language } from '../drawing/words.js';
import { undisturbed } from '../io/cleanup.js';
import { PipeError } from '../errors.js';
import type { Quantization } from '../formats/quantization.js';
import { headOf } from '../model/heads/index.js';
import { openApp, type Answering } from '../serve/app.js';
import { isLoopback } from '../serve/guard.js';
import { listen } from '../serve/listen.js';
import { CELLS, SEGMENTERS, type Health } from '../serve/schemas.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { byteSize, number, wholeNumber } from './options.js';
import { loadModel } from './model-folder.js';
import { walkable } from './model-walk.js';
import { backendNote, predictorOf } from './predictor.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';
import { serving } from './serving.js';
import { servingTexts } from './serving-texts.js';
import { placeOf } from '../place.js';

/** Characters that a cookie, a header and a shell can hold. */
function token(text: string): string {
  if (/^[\w.~-]{8,200}$/.test(text)) return text;
  throw new PipeError('usage', '--token is wrong', {
    expected: '8 to 200 letters, digits, or any of - . _ ~',
    found: `${text.length} characters`,
    hint: 'for example --token "$(openssl rand -hex 16)"',
  });
}

function port(text: string): number {
  const value = wholeNumber('--port', 0)(text);
  if (value <= 65535) return value;
  throw new PipeError('usage', '--port is wrong', { expected: '0 to 65535', found: text });
}

export const serveCommand: CommandDefinition = {
  description: `Serves a page where one types a sentence and watches all eight steps, and an API: POST /predict, POST /trace, GET /health, GET /openapi.json.
Only this machine can reach it, unless --host says otherwise, which needs a --token. SIGTERM and Ctrl-C answer what is under way, then end it.`,
  argument: { name: '<model>', about: 'the folder that "train" has written' },
  options: [
    { flags: '--host <address>', about: 'where it listens; any but this machine itself needs --token', default: '127.0.0.1' },
    { flags: '--port <n>', about: 'at which port; 0 is any free one, told on stderr', default: 8080, parse: port },
    { flags: '--token <text>', about: 'what every request must show: "Authorization: Bearer …"; for the page /?token=…', parse: token },
    { flags: '--max-body <size>', about: 'the largest body of a request', default: 1_000_000, parse: byteSize('--max-body', 100) },
    {
      flags: '--timeout <seconds>',
      about: 'time in which a request must be here, headers and body',
      default: 10,
      parse: number('--timeout', 0.1, 3600),
    },
    { flags: '--lang <language>', about: 'language of the page', choices: ['en', 'zh'], default: 'en' },
    QUANTIZE_OPTION,
    ENGINE_OPTIONS.find(({ flags }) => flags.startsWith('--engine'))!,
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --units 16 --hold-out 0% -q && { rnn-pipe serve model --port 0 & sleep 1; kill $!; }',
  ],
  run: async ({ inputs, options, report, signal }: Invocation) => {
    const [folder] = inputs as [string];
    const host = String(options['host']);
    const secret = options['token'] as string | undefined;
    if (!isLoopback(host) && secret === undefined)
      throw new PipeError('usage', 'another host than this machine needs --token', {
        found: `--host ${host}`,
        hint: '--token "$(openssl rand -hex 16)", or leave --host out',
      });
    const { model, note, close } = await openServing(folder, options);
    if (note !== undefined) report.note(note);
    let answered = 0;
    const language = options['lang'] as Language;
    const code = codeFiles();
    const app = openApp(
      {
        health: model.health,
        predict: async (request) => counted(await model.predict(request)),
        trace: async (request) => counted(await model.trace(request)),
      },
      {
        token: secret,
        maxBody: Number(options['maxBody']),
        files: new Map([...code, ['/', { type: 'text/html', text: pageOf(model.health, language) }]]),
        door: new Map([...code, ['/', { type: 'text/html', text: doorPage(language) }]]),
        onBug: (error) => report.note(`a bug of rnn-pipe: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      },
    );
    function counted(text: string): string {
      answered++;
      return text;
    }
    const server = await listen(app, { host, port: Number(options['port']), timeLimit: 1000 * Number(options['timeout']) });
    const address = host.includes(':') ? `[${host}]` : host;
    report.say(`listening on http://${address}:${server.port}${secret === undefined ? '' : '/?token=…'}`);
    await aborted(signal);
    await undisturbed(async () => {
      const drained = server.drain();
      report.say(`stopping: ${server.underWay()} requests are under way`);
      await drained;
    });
    await close();
    report.say(`${answered} answers`);
  },
};

/** The model of the folder, whatever its task, ready to answer. */
async function openServing(
  folder: string,
  options: Options,
): Promise<{ model: Answering; note: string | undefined; close: () => Promise<void> }> {
  const model = await loadModel(folder);
  const note = backendNote(model.document);
  if (headOf(model.document.head).line === undefined) {
    const looked = await walkable(model, folder, { ...options, model: folder, threads: 1 });
    const document = { ...looked.document, ...quantization(options) };
    return { model: await servingTexts({ ...looked, document }), note, close: () => Promise.resolve() };
  }
  const engine = await engineOf({ ...options, threads: 1 });
  const predictor = await predictorOf(model, folder, engine, { traced: false, ...quantization(options) });
  return { model: serving(predictor, engine, folder), note, close: () => predictor.program.close() };
}

const quantization = ({ quantize }: Options): { quantize?: Quantization } =>
  quantize === undefined ? {} : { quantize: quantize as Quantization };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

function pageOf({ model }: Health, language: Language): string {
  const { task, cell, units, layers, directions, folder, vocabulary, segmenter, maxLength, labels } = model;
  const ways = directions.length > 1 ? ', both directions' : '';
  const about = `${folder}: ${task}, ${cell}, ${units} units, ${layers} layer${layers > 1 ? 's' : ''}${ways}, ${vocabulary} tokens`;
  // a search has no stand-in with random weights
  const alone = task === 'lm' || task === 'seq2seq';
  const choices = { segmenters: alone ? [segmenter] : SEGMENTERS, cells: alone ? [cell] : CELLS };
  return livePage({ segmenter, cell, ...choices, maxLength, task, labels, language, about });
}

/** The style of the pages, and the scripts that the build makes of src/page: nothing of a model is in them. */
function codeFiles(): Map<string, { type: string; text: string }> {
  const script = (name: string): { type: string; text: string } => ({
    type: 'text/javascript',
    text: readFileSync(placeOf(`${name}.js`), 'utf8'),
  });
  return new Map([
    ['/page.css', { type: 'text/css', text: liveStyle() }],
    ['/page.js', script('live')],
    ['/door.js', script('door')],
  ]);
}
