/** The routes of the API, and the document that describes them, made of the schemas that check them. */
import { z } from '../formats/zod.js';
import { REFUSAL } from './refusal.js';
import { HEALTH, PREDICT, PREDICTED, TRACE, TRACED } from './schemas.js';

export interface Route {
  method: 'get' | 'post';
  path: string;
  summary: string;
  body?: z.ZodType;
  answer: z.ZodType;
}

export const ROUTES: readonly Route[] = [
  { method: 'post', path: '/predict', summary: 'what the model says of a text, or of several', body: PREDICT, answer: PREDICTED },
  { method: 'post', path: '/trace', summary: 'all eight steps of one sentence, with every number', body: TRACE, answer: TRACED },
  { method: 'get', path: '/health', summary: 'whether it serves, and what', answer: HEALTH },
];

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12. @param token whether requests need one */
export function openApi(version: string, token: boolean): Record<string, unknown> {
  const paths = ROUTES.map(({ method, path, summary, body, answer }) => {
    const operation = {
      operationId: path.slice(1),
      summary,
      ...(body ? { requestBody: { required: true, content: json(body, 'input') } } : {}),
      responses: {
        '200': { description: 'done', content: json(answer, 'output') },
        default: { description: 'refused', content: json(REFUSAL, 'output') },
      },
    };
    return [path, { [method]: operation }] as const;
  });
  return {
    openapi: '3.1.0',
    info: { title: 'rnn-pipe serve', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(paths),
    ...(token
      ? { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }, security: [{ token: [] }] }
      : { security: [] }),
  };
}

function json(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const made: Record<string, unknown> = z.toJSONSchema(schema, { io });
  // OpenAPI 3.1 is of this dialect anyway
  delete made['$schema'];
  return { 'application/json': { schema: made } };
}
