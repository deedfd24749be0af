/** `serve`: a model on this machine's own network, as a JSON API and as a page where a sentence goes through all eight steps as one types it. */
import { readFileSync } from 'node:fs';
import { livePage, liveStyle } from '../drawing/live-page.js';
import type { Language } from '../drawing/words.js';
import { undisturbed } from '../io/cleanup.js';
import { PipeError } from '../errors.js';
import type { Quantization } from '../formats/model.js';
import { openApp } from '../serve/app.js';
import { isLoopback } from '../serve/guard.js';
import { listen } from '../serve/listen.js';
import { CELLS, SEGMENTERS, type Health } from '../serve/schemas.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { byteSize, number, wholeNumber } from './options.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { backendNote, openPredictor } from './predictor.js';
import { ENGINE_OPTIONS, engineOf } from './rnn.js';
import { serving } from './serving.js';

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
    const engine = await engineOf({ ...options, threads: 1 });
    const predictor = await openPredictor(folder, engine, { traced: false, ...quantization(options) });
    const note = backendNote(predictor.document);
    if (note !== undefined) report.note(note);
    let answered = 0;
    const model = serving(predictor, engine, folder);
    const app = openApp(
      {
        health: model.health,
        predict: async (request) => counted(await model.predict(request)),
        trace: async (request) => counted(await model.trace(request)),
      },
      {
        token: secret,
        maxBody: Number(options['maxBody']),
        files: pageFiles(model.health, options['lang'] as Language),
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
    await predictor.program.close();
    report.say(`${answered} answers`);
  },
};

const quantization = ({ quantize }: Options): { quantize?: Quantization } =>
  quantize === undefined ? {} : { quantize: quantize as Quantization };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

/** The page, its style, and the script that the build makes of src/page. */
function pageFiles({ model }: Health, language: Language): Map<string, { type: string; text: string }> {
  const { task, cell, units, layers, directions, folder, vocabulary, segmenter, maxLength, labels } = model;
  const ways = directions.length > 1 ? ', both directions' : '';
  const about = `${folder}: ${task}, ${cell}, ${units} units, ${layers} layer${layers > 1 ? 's' : ''}${ways}, ${vocabulary} tokens`;
  const page = livePage({ segmenter, segmenters: SEGMENTERS, cell, cells: CELLS, maxLength, task, labels, language, about });
  return new Map([
    ['/', { type: 'text/html', text: page }],
    ['/page.css', { type: 'text/css', text: liveStyle() }],
    ['/page.js', { type: 'text/javascript', text: readFileSync(new URL('../live.js', import.meta.url), 'utf8') }],
  ]);
}
