/** `serve` as the built command: its answers, whatever may be wrong with a request, slow clients, and how it stops. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { z } from 'zod';
import { ROUTES } from '../../src/serve/openapi.js';
import { REFUSAL } from '../../src/serve/refusal.js';
import { HEALTH, PREDICTED, TRACED } from '../../src/serve/schemas.js';
import { freshFolder, type Folder } from '../support/cli.js';
import { exchange, get, nextReply, opened, post, serve, type Reply, type Served } from '../support/server.js';
import { refused } from './support.js';

const TRAIN = 'train examples/headlines.tsv --out model --segmenter characters --units 6 --dim 5 --epochs 2 --min-count 1 --hold-out 0% -q';
const MOST = 5000;

let folder: Folder;
beforeAll(() => {
  folder = freshFolder();
  expect(folder.run(TRAIN.split(' '))).toMatchObject({ code: 0 });
});
afterAll(() => folder.remove());

const running: Served[] = [];
const start = async (...args: string[]): Promise<Served> => {
  const served = await serve(folder, ...args);
  running.push(served);
  return served;
};
afterAll(() => running.forEach(({ child }) => child.kill('SIGKILL')));

const json = (reply: Reply | undefined): unknown => JSON.parse(reply?.body ?? 'no reply');
const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('a model of labels', () => {
  let served: Served;
  beforeAll(async () => void (served = await start('--max-body', String(MOST))));
  const ask = async (path: string, body: unknown): Promise<Reply> => (await exchange(served.port, post(path, JSON.stringify(body))))!;

  test('/predict says what predict says, of one text and of several', async () => {
    const texts = ['主队加时险胜', '股市大涨，\u{20BB7}', '', '<script>"\u0000'];
    for (const text of texts) {
      writeFileSync(folder.file('one.jsonl'), `${JSON.stringify({ text })}\n`);
      const { stdout } = folder.run(['predict', 'model', 'one.jsonl', '2', '--json', '-q']);
      expect(json(await ask('/predict', { text, k: 2 }))).toEqual({ answers: [withoutId(lines(stdout)[0])] });
    }
    writeFileSync(folder.file('all.jsonl'), `${texts.map((text) => JSON.stringify({ text })).join('\n')}\n`);
    const { stdout } = folder.run(['predict', 'model', 'all.jsonl', '--json', '-q']);
    expect(json(await ask('/predict', { texts }))).toEqual({ answers: lines(stdout).map(withoutId) });
  });

  test('k and threshold', async () => {
    const { answers } = PREDICTED.parse(json(await ask('/predict', { text: '主队加时险胜', k: 2, threshold: 0.5 })));
    const [first, second] = answers[0]!.probabilities!.toSorted((a, b) => b - a);
    expect([first! >= 0.5, second! >= 0.5]).toEqual([true, false]);
    expect(answers[0]!.top).toEqual([{ label: answers[0]!.prediction, probability: first }]);
  });

  const stepsOf = (commands: readonly string[]): unknown => {
    const line = commands.slice(2).join(' -q | ');
    writeFileSync(folder.file('text.jsonl'), `${JSON.stringify({ id: 1, text: TEXT })}\n`);
    const { stdout, stderr } = folder.shell(`${commands[1]!.replace('tokenize', 'tokenize text.jsonl')} -q -o tokens.jsonl --force &&
      rnn-pipe vocab tokens.jsonl -o vocabulary.json --force -q; ${line.replace('encode', 'encode tokens.jsonl')} -q`);
    expect(stderr).toBe('');
    return lines(stdout)[0];
  };
  const TEXT = '主队加时险胜，晋级下一轮。\u{20BB7}好';

  test.each([
    { weights: 'trained', asked: {} },
    { weights: 'trained', asked: { sums: true, length: 4 } },
    { weights: 'trained', asked: { length: 40, cell: 'lstm', segmenter: 'characters' } },
    { weights: 'random', asked: { cell: 'gru' } },
    { weights: 'random', asked: { cell: 'rnn', segmenter: 'jieba', seed: 7, sums: true } },
    { weights: 'random', asked: { segmenter: 'intl', length: 9 } },
  ])('/trace with $asked has the numbers that its commands make, and weights are $weights', async ({ weights, asked }) => {
    const traced = TRACED.parse(json(await ask('/trace', { text: TEXT, ...asked })));
    expect(traced).toMatchObject({ weights, sentences: ['主队加时险胜，晋级下一轮。', '\u{20BB7}好'] });
    expect(traced.record).toEqual(stepsOf(traced.commands));
    expect(traced.record.ids.slice(0, traced.record.length)).toEqual(traced.ids.slice(0, traced.record.length));
  });

  test('/health, and /openapi.json whose schemas are those of the code', async () => {
    expect(HEALTH.parse(json(await exchange(served.port, get('/health'))))).toMatchObject({
      model: { task: 'classify', cell: 'lstm', units: 6, labels: ['finance', 'sports'] },
    });
    const document = json(await exchange(served.port, get('/openapi.json'))) as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(ROUTES.map(({ path }) => path));
    for (const { path, method, body, answer } of ROUTES) {
      const { requestBody, responses } = document.paths[path]![method]!;
      const schemaOf = (schema: z.ZodType | undefined, io: 'input' | 'output'): unknown =>
        schema && { $schema: 'https://json-schema.org/draft/2020-12/schema', ...z.toJSONSchema(schema, { io }) };
      const dialect = (content: Content | undefined): unknown =>
        content && { $schema: 'https://json-schema.org/draft/2020-12/schema', ...content['application/json'].schema };
      expect(dialect(requestBody?.content)).toEqual(schemaOf(body, 'input'));
      expect(dialect(responses['200']!.content)).toEqual(schemaOf(answer, 'output'));
      expect(dialect(responses['default']!.content)).toEqual(schemaOf(REFUSAL, 'output'));
    }
  });

  const PREDICT = '{"text":"好"}';
  const body = (text: string | Uint8Array, headers = {}): Buffer => post('/predict', text, headers);
  /** what is wrong, the bytes, the status and the code */
  const MALFORMED: readonly (readonly [string, string | Uint8Array, number, string])[] = [
    ['an empty body', body(''), 400, 'bad-json'],
    ['no JSON', body('text=好'), 400, 'bad-json'],
    ['half of JSON', body('{"text":"好"'), 400, 'bad-json'],
    ['two JSON values', body('{"text":"好"}{}'), 400, 'bad-json'],
    ['an array', body('["好"]'), 400, 'wrong-body'],
    ['null', body('null'), 400, 'wrong-body'],
    ['a string', body('"好"'), 400, 'wrong-body'],
    ['no text', body('{}'), 400, 'wrong-body'],
    ['text and texts', body('{"text":"好","texts":["好"]}'), 400, 'wrong-body'],
    ['a number for a text', body('{"text":1}'), 400, 'wrong-body'],
    ['null among the texts', body('{"texts":["好",null]}'), 400, 'wrong-body'],
    ['no texts at all', body('{"texts":[]}'), 400, 'wrong-body'],
    ['too many texts', body(JSON.stringify({ texts: Array<string>(1025).fill('') })), 400, 'wrong-body'],
    ['a field that nobody knows', body('{"text":"好","tokens":1}'), 400, 'wrong-body'],
    ['k of 0', body('{"text":"好","k":0}'), 400, 'wrong-body'],
    ['k of 1.5', body('{"text":"好","k":1.5}'), 400, 'wrong-body'],
    ['more labels than there are', body('{"text":"好","k":3}'), 400, 'wrong-body'],
    ['a threshold of 2', body('{"text":"好","k":1,"threshold":2}'), 400, 'wrong-body'],
    ['a threshold for nothing', body('{"text":"好","threshold":0.5}'), 400, 'wrong-body'],
    ['a trace of texts', post('/trace', '{"texts":["好"]}'), 400, 'wrong-body'],
    ['a length of 0', post('/trace', '{"text":"好","length":0}'), 400, 'wrong-body'],
    ['a length without end', post('/trace', '{"text":"好","length":1000000}'), 400, 'wrong-body'],
    ['a cell that there is not', post('/trace', '{"text":"好","cell":"transformer"}'), 400, 'wrong-body'],
    ['a seed of trained weights', post('/trace', '{"text":"好","seed":1}'), 400, 'wrong-body'],
    ['a byte that is no UTF-8', body(Buffer.from('{"text":"\xd6\xd0"}', 'latin1')), 400, 'bad-utf8'],
    ['UTF-16', body(Buffer.from(PREDICT, 'utf16le')), 400, 'bad-json'],
    ['another content type', body(PREDICT, { 'content-type': 'text/plain' }), 415, 'wrong-content-type'],
    ['no content type', body(PREDICT, { 'content-type': undefined }), 415, 'wrong-content-type'],
    ['another encoding', body(PREDICT, { 'content-type': 'application/json; charset=gbk' }), 415, 'wrong-content-type'],
    ['gzip', body(PREDICT, { 'content-encoding': 'gzip' }), 415, 'wrong-encoding'],
    ['no body at all', 'POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\r\n', 411, 'no-length'],
    ['a body that is said to be too large', body('', { 'content-length': String(MOST + 1) }), 413, 'too-large'],
    ['a body that is too large', chunked(JSON.stringify({ text: '好'.repeat(MOST) })), 413, 'too-large'],
    ['a path that there is not', post('/predict/more', PREDICT), 404, 'not-found'],
    ['a path out of the root', get('/../../etc/passwd'), 404, 'not-found'],
    ['GET of what is posted', get('/predict'), 405, 'wrong-method'],
    ['POST of what is got', post('/health', '{}'), 405, 'wrong-method'],
    ['a method of WebDAV', 'PROPFIND /predict HTTP/1.1\r\nhost: localhost\r\n\r\n', 405, 'wrong-method'],
    ['a proxy’s request', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n', 405, 'wrong-method'],
    ['a method that HTTP has not', 'GIVE /predict HTTP/1.1\r\nhost: localhost\r\n\r\n', 400, 'bad-request'],
    ['TLS', Uint8Array.of(0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03), 400, 'bad-request'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', 400, 'bad-request'],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'bad-request'],
    ['two lengths', body(PREDICT, { 'Content-Length': '3' }), 400, 'bad-request'],
    ['a length that is none', body(PREDICT, { 'content-length': '-1' }), 400, 'bad-request'],
    [
      'chunks that are none',
      post('/predict', 'zz\r\n', { 'content-length': undefined, 'transfer-encoding': 'chunked' }),
      400,
      'bad-request',
    ],
    ['headers without end', get('/health', { x: 'x'.repeat(20_000) }), 431, 'headers-too-large'],
    ['an expectation', get('/health', { expect: 'the-moon' }), 417, 'wrong-expectation'],
    ['another host', get('/health', { host: 'evil.example' }), 403, 'bad-host'],
    ['a name that only begins like ours', body(PREDICT, { host: '127.0.0.1.evil.example' }), 403, 'bad-host'],
    ['another site’s page', body(PREDICT, { origin: 'http://evil.example' }), 403, 'bad-origin'],
    ['a page from a disk', body(PREDICT, { origin: 'null' }), 403, 'bad-origin'],
  ];

  test('there are at least 32 of them', () => expect(MALFORMED.length).toBeGreaterThanOrEqual(32));

  test.each(MALFORMED)('%s is refused in JSON', async (_, bytes, status, code) => {
    const reply = await exchange(served.port, bytes);
    expect({ status: reply?.status, body: reply?.body }).toMatchObject({ status });
    expect(reply!.headers.get('content-type')).toBe('application/json');
    const { error } = REFUSAL.parse(json(reply));
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/\n| at .*\.js/);
    expect(error.hint).not.toBe('');
    if (status === 405 && code === 'wrong-method' && !String(bytes).startsWith('CONNECT')) expect(reply!.headers.has('allow')).toBe(true);
    // and the next one is answered
    expect(await exchange(served.port, get('/health'))).toMatchObject({ status: 200 });
  });

  test('answers come in the order of the questions, on one connection and on many', async () => {
    const socket = await opened(served.port);
    socket.write(Buffer.concat([post('/predict', '{"text":"一"}'), post('/predict', '{"text":"二"}')]));
    let text = '';
    await new Promise<void>((done) =>
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.split('"answers"').length === 3) done();
      }),
    );
    socket.destroy();
    expect(text.indexOf('"一"')).toBeLessThan(text.indexOf('"二"'));
    const many = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => PREDICTED.parse(json(await ask('/predict', { text: `第${i}` }))).answers[0]!.text),
    );
    expect(many).toEqual(Array.from({ length: 40 }, (_, i) => `第${i}`));
  });

  test('a client that goes away takes nobody with it', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = await opened(served.port);
      socket.write(post('/trace', JSON.stringify({ text: '好'.repeat(100), sums: true })));
      socket.destroy();
    }
    expect(await ask('/predict', { text: '好' })).toMatchObject({ status: 200 });
    expect(served.said()).not.toContain('bug');
  });
});

interface Content {
  'application/json': { schema: Record<string, unknown> };
}
interface Operation {
  requestBody?: { content: Content };
  responses: Record<string, { content: Content }>;
}

const withoutId = (record: unknown): unknown => {
  const { id, ...rest } = record as Record<string, unknown>;
  expect(id).toBeDefined();
  return rest;
};

function chunked(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = post('/predict', '', { 'content-length': undefined, 'transfer-encoding': 'chunked' });
  return Buffer.concat([head, Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]);
}

describe('slow clients', () => {
  test('200 that send half a request do not stop it, and each is told when its time is over', async () => {
    const { port } = await start('--timeout', '5');
    const whole = post('/predict', '{"text":"好"}');
    const replies: ReturnType<typeof nextReply>[] = [];
    for (let i = 0; i < 200; i++) {
      const socket = await opened(port);
      // half of the headers, or half of the body
      socket.write(whole.subarray(0, i % 2 ? 30 : whole.length - 5));
      replies.push(nextReply(socket));
    }
    for (let i = 0; i < 10; i++) expect(await exchange(port, whole)).toMatchObject({ status: 200 });
    const told = await Promise.all(replies);
    expect(told.map((reply) => reply?.status)).toEqual(Array(200).fill(408));
    for (const reply of told) expect(REFUSAL.parse(json(reply)).error.code).toBe('too-slow');
    expect(await exchange(port, whole)).toMatchObject({ status: 200 });
  });
});

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s: what is under way is answered, nothing more is taken, exit code 0', async (signal) => {
    const { port, child, says, ended, said } = await start('--timeout', '60');
    const idle = await opened(port);
    const gone = new Promise((done) => idle.once('close', done));
    const whole = post('/predict', '{"text":"好"}', { expect: '100-continue' });
    const socket = await opened(port);
    const reply = nextReply(socket);
    const under = new Promise<void>((done) => socket.on('data', (part) => String(part).includes('100 Continue') && done()));
    socket.write(whole.subarray(0, -4));
    await under;
    child.kill(signal);
    await says('stopping: 1 requests are under way');
    await gone;
    await expect(opened(port)).rejects.toThrow('ECONNREFUSED');
    socket.write(whole.subarray(-4));
    expect(await reply).toMatchObject({ status: 200 });
    expect((await reply)!.headers.get('connection')).toBe('close');
    expect(await ended).toBe(0);
    expect(said()).toContain('1 answers');
  });

  test('a request that never gets here holds it no longer than its time', async () => {
    const { port, child, ended } = await start('--timeout', '5');
    const socket = await opened(port);
    const under = new Promise<void>((done) => socket.on('data', (part) => String(part).includes('100 Continue') && done()));
    socket.write(post('/predict', '{"text":"好"}', { expect: '100-continue' }).subarray(0, -4));
    await under;
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('who may ask', () => {
  const TOKEN = 'a-token-of-ours';
  let served: Served;
  beforeAll(async () => void (served = await start('--host', '0.0.0.0', '--token', TOKEN)));

  test.each([
    ['nothing', {}],
    ['another token', { authorization: 'Bearer another-token' }],
    ['a part of it', { authorization: 'Bearer a-token' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['another cookie', { cookie: 'rnn-pipe-token=another' }],
  ])('%s is refused, on every path', async (_, headers) => {
    for (const path of ['/', '/health', '/openapi.json', '/none']) {
      const reply = await exchange(served.port, get(path, { host: 'machine.example', ...headers }));
      expect(reply).toMatchObject({ status: 401 });
      expect(REFUSAL.parse(json(reply)).error.code).toBe('no-token');
    }
  });

  test('a browser is shown a form that asks for it, with nothing of the model; its code is anybody’s', async () => {
    const page = (await exchange(served.port, get('/', { host: 'machine.example', accept: 'text/html,*/*' })))!;
    expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({ status: 401, type: 'text/html; charset=utf-8' });
    expect(page.headers.get('www-authenticate')).toBe('Bearer');
    expect(page.body).toContain('<form id="door">');
    expect(page.body).not.toMatch(/finance|sports|headlines|classify/);
    for (const [path, type] of [
      ['/door.js', 'text/javascript'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
    ] as const) {
      const reply = (await exchange(served.port, get(path, { host: 'machine.example' })))!;
      expect({ status: reply.status, type: reply.headers.get('content-type') }).toEqual({ status: 200, type: `${type}; charset=utf-8` });
      const other = await exchange(served.port, get(path, { host: 'machine.example', origin: 'http://elsewhere.example' }));
      expect(other).toMatchObject({ status: 403 });
    }
    expect(await exchange(served.port, get('/health', { host: 'machine.example', accept: 'text/html' }))).toMatchObject({ status: 401 });
  });

  test('the header or the cookie is enough, under any name of the machine', async () => {
    for (const headers of [{ authorization: `Bearer ${TOKEN}` }, { cookie: `x=1; rnn-pipe-token=${TOKEN}` }])
      expect(await exchange(served.port, get('/health', { host: 'machine.example', ...headers }))).toMatchObject({ status: 200 });
  });

  test('as a query it becomes a cookie, and leaves the address', async () => {
    const reply = (await exchange(served.port, get(`/?token=${TOKEN}`)))!;
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toBe('/');
    expect(reply.headers.get('set-cookie')).toBe(`rnn-pipe-token=${TOKEN}; HttpOnly; SameSite=Strict; Path=/`);
    expect(served.said()).not.toContain(TOKEN);
  });
});

describe('what cannot be served', () => {
  test.each([
    ['rnn-pipe serve model --host 0.0.0.0', 'usage', ['another host than this machine needs --token']],
    ['rnn-pipe serve model --token short', 'usage', ['--token is wrong']],
    ['rnn-pipe serve model --token "with space and ;"', 'usage', ['--token is wrong']],
    ['rnn-pipe serve model --port 65536', 'usage', ['--port is wrong']],
    ['rnn-pipe serve model --host 203.0.113.1 --token a-token-of-ours --port 0', 'usage', ['cannot listen there']],
    ['rnn-pipe serve none', 'no-input', ['there is no such model']],
    ['rnn-pipe serve', 'usage', ['missing required argument']],
  ] as const)('%s', (line, code, says) => void refused(folder, line, { code, says }));

  test('a port that another program has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = folder.run(['serve', 'model', '--port', String(port)]);
    expect({ code, stderr }).toMatchObject({ code: 75, stderr: expect.stringContaining('another program listens there') as string });
    other.close();
  });
});

describe('a language model', () => {
  let served: Served;
  let own: Folder;
  beforeAll(async () => {
    own = freshFolder();
    const lm = 'train examples/news.txt --task lm --out model --segmenter characters --units 4 --dim 4 --epochs 1 --min-count 1 -q';
    expect(own.run(lm.split(' '))).toMatchObject({ code: 0 });
    served = await serve(own);
    running.push(served);
  });
  afterAll(() => own.remove());
  const ask = async (path: string, body: object): Promise<Reply> => (await exchange(served.port, post(path, JSON.stringify(body))))!;

  test('/predict tells the perplexity that predict tells, and with k the tokens that explain finds likely to come next', async () => {
    const texts = ['屏幕上', '马上出现了八个步骤。'];
    const { answers } = PREDICTED.parse(json(await ask('/predict', { texts, k: 3 })));
    const said = own.run(['predict', 'model', '-', '--json', '-q'], texts.join('\n'));
    const told = lines(said.stdout) as { perplexity: number; tokens: string[]; segmenter: string }[];
    expect(answers.map(({ perplexity, tokens, segmenter }) => ({ perplexity, tokens, segmenter }))).toEqual(
      told.map(({ perplexity, tokens, segmenter }) => ({ perplexity, tokens, segmenter })),
    );
    expect(answers[0]!.perplexity).toBeGreaterThan(1);
    for (const { top } of answers) {
      expect(top).toHaveLength(3);
      const chances = top!.map(({ probability }) => probability);
      expect(chances).toEqual([...chances].sort((a, b) => b - a));
    }
    const { stdout } = own.run(['explain', texts[0]!, '--model', 'model']);
    expect(stdout).toContain(answers[0]!.top![0]!.label);
    const [likely] = PREDICTED.parse(json(await ask('/predict', { text: texts[0], k: 3, threshold: 1 }))).answers;
    expect(likely!.top).toEqual([]);
  });

  test('/trace: the states after the beginning and every token, and what comes next', async () => {
    const { record, ids, commands, weights } = TRACED.parse(json(await ask('/trace', { text: '屏幕上' })));
    expect(record.tokens).toEqual(['<bos>', '屏', '幕', '上']);
    expect({ ids: ids.length, padded: record.ids.length, weights }).toEqual({ ids: 4, padded: 6, weights: 'trained' });
    const { answers } = PREDICTED.parse(json(await ask('/predict', { text: '屏幕上', k: 8 })));
    expect(record.top).toEqual(answers[0]!.top);
    expect(record.prediction).toBe(record.top![0]!.label);
    expect(record.trace[0]).not.toHaveProperty('sums');
    expect(commands[7]).toBe("rnn-pipe explain '屏幕上' --model model");
    const summed = TRACED.parse(json(await ask('/trace', { text: '屏幕上', sums: true, length: 9 })));
    expect(summed.record.trace[0]).toHaveProperty('sums');
    expect(summed.record.top).toEqual(record.top);
  });

  test('what it has no answer to is refused', async () => {
    for (const [path, body, says] of [
      ['/predict', { text: '好', beam: 3 }, '"beam" is wrong: a model of the task lm says no texts'],
      ['/predict', { text: '好', k: 100_000 }, '"k" is wrong: the model has'],
      ['/trace', { text: '好', cell: 'rnn' }, '"cell" is wrong: a model of the task lm is looked at with its own weights only'],
      ['/trace', { text: '好', segmenter: 'intl' }, '"segmenter" is wrong'],
      ['/trace', { text: '好', seed: 1 }, '"seed" is wrong'],
    ] as const) {
      const reply = await ask(path, body);
      expect({ status: reply.status, body: reply.body }).toMatchObject({
        status: 400,
        body: expect.stringContaining(JSON.stringify(says).slice(1, -1)) as string,
      });
    }
  });
});

describe('a model that says texts', () => {
  let served: Served;
  let own: Folder;
  beforeAll(async () => {
    own = freshFolder();
    const train = 'train examples/pairs.tsv --task seq2seq --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% --out model -q';
    expect(own.run(train.split(' '))).toMatchObject({ code: 0 });
    served = await serve(own);
    running.push(served);
  });
  afterAll(() => own.remove());
  const texts = readFileSync('examples/pairs.tsv', 'utf8')
    .trim()
    .split('\n')
    .slice(0, 3)
    .map((line) => line.split('\t')[0]!);
  const ask = async (path: string, body: object): Promise<Reply> => (await exchange(served.port, post(path, JSON.stringify(body))))!;

  test('/predict says what seq2seq says, with nBest its other attempts', async () => {
    const { answers } = PREDICTED.parse(json(await ask('/predict', { texts, beam: 4, nBest: 2 })));
    const found = own.run(['seq2seq', '-', '--model', 'model', '--beam', '4', '--n-best', '2', '-q'], texts.join('\n'));
    const told = lines(found.stdout) as { prediction: string; said: unknown }[];
    expect(answers.map(({ prediction, said }) => ({ prediction, said }))).toEqual(
      told.map(({ prediction, said }) => ({ prediction, said })),
    );
    expect(answers[0]!.said).toHaveLength(2);
    const [bare] = PREDICTED.parse(json(await ask('/predict', { text: texts[0] }))).answers;
    expect(bare).not.toHaveProperty('said');
  });

  test('/trace: the search as the picture draws it, over the tokens that fit', async () => {
    const { record, ids, commands } = TRACED.parse(json(await ask('/trace', { text: texts[0] })));
    expect(record.said!.length).toBeGreaterThan(0);
    expect(record.prediction).toBe(record.said![0]!.text);
    const attention = (one: typeof record): number =>
      (one.search![0] as { hypotheses: { attention: number[] }[] }).hypotheses[0]!.attention.length;
    expect(attention(record)).toBe(ids.length);
    expect(commands[7]).toBe('rnn-pipe seq2seq --model model --beam 3 --n-best 3 --trace');
    const cut = TRACED.parse(json(await ask('/trace', { text: texts[0], length: 1 })));
    expect([cut.record.length, attention(cut.record)]).toEqual([1, 1]);
    const more = TRACED.parse(json(await ask('/trace', { text: texts[0], length: ids.length + 5 })));
    expect({ prediction: more.record.prediction, said: more.record.said }).toEqual({ prediction: record.prediction, said: record.said });
  });

  test('what it has no answer to is refused', async () => {
    for (const [path, body, says] of [
      ['/predict', { text: '好', k: 1 }, 'a model of the task seq2seq has no labels to list'],
      ['/predict', { text: '好', beam: 2, nBest: 3 }, 'nBest'],
      ['/predict', { text: '好', beam: 21 }, 'beam'],
      ['/trace', { text: '好', cell: 'rnn' }, 'is looked at with its own weights only'],
    ] as const) {
      const reply = await ask(path, body);
      expect({ status: reply.status, body: reply.body }).toMatchObject({ status: 400, body: expect.stringContaining(says) as string });
    }
  });

  test('--quantize: what seq2seq --quantize says', async () => {
    const small = await serve(own, '--quantize', 'int8');
    running.push(small);
    const reply = await exchange(small.port, post('/predict', JSON.stringify({ texts, beam: 2, nBest: 1 })));
    const found = own.run(
      ['seq2seq', '-', '--model', 'model', '--beam', '2', '--n-best', '1', '--quantize', 'int8', '-q'],
      texts.join('\n'),
    );
    const said = (all: readonly object[]): unknown[] => all.map((one) => (one as { said: unknown }).said);
    expect(said(PREDICTED.parse(json(reply)).answers)).toEqual(said(lines(found.stdout) as object[]));
  });
});

test('every kind of model that answers texts is served', async () => {
  const texts = readFileSync(folder.file('examples/headlines.tsv'), 'utf8').trim().split('\n').slice(1);
  const numbers = texts.map((line, i) => `${i}\t${line.split('\t')[1]}`);
  writeFileSync(folder.file('numbers.tsv'), `label\ttext\n${numbers.join('\n')}\n`);
  writeFileSync(folder.file('several.tsv'), `label\ttext\n${texts.map((line) => line.replace('\t', '|x\t')).join('\n')}\n`);
  writeFileSync(folder.file('words.txt'), '我们 喜欢 电影\n电影 好看\n我们 看 电影\n');
  writeFileSync(folder.file('tags.txt'), '我 O\n在 O\n北 B-LOC\n京 I-LOC\n\n他 O\n去 O\n上 B-LOC\n海 I-LOC\n');
  const HOW = '--units 4 --dim 4 --epochs 1 --min-count 1 --hold-out 0% -q';
  for (const [task, input, field] of [
    ['regress', 'numbers.tsv', 'numbers'],
    ['multilabel', 'several.tsv --label-separator |', 'labels'],
    ['segment', 'words.txt', 'words'],
    ['tag', 'tags.txt', 'tags'],
  ] as const) {
    const other = freshFolder();
    for (const name of ['numbers.tsv', 'several.tsv', 'words.txt', 'tags.txt'])
      writeFileSync(other.file(name), readFileSync(folder.file(name)));
    const { code, stderr } = other.run(['train', ...`${input} --task ${task} --out model ${HOW}`.split(' ')]);
    expect({ task, code, stderr }).toMatchObject({ code: 0 });
    const served = await serve(other);
    running.push(served);
    const { answers } = PREDICTED.parse(json(await exchange(served.port, post('/predict', '{"text":"我们在北京"}'))));
    const { record } = TRACED.parse(json(await exchange(served.port, post('/trace', '{"text":"我们在北京","cell":"gru"}'))));
    const trained = TRACED.parse(json(await exchange(served.port, post('/trace', '{"text":"我们在北京"}'))));
    for (const answer of [answers[0], record, trained.record]) expect(answer).toHaveProperty(field);
    expect(trained.record[field]).toEqual(answers[0]![field]);
    if (field !== 'labels') expect(await exchange(served.port, post('/predict', '{"text":"好","k":1}'))).toMatchObject({ status: 400 });
    served.child.kill('SIGTERM');
    expect(await served.ended).toBe(0);
    other.remove();
  }
});
