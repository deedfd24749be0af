/**
 * Step 5: `ids` to `embeddings`, one word vector a time step, [timeSteps, dim]; zeros where masked. The vectors of features (`ngramIds` and
 * the like), where there is a table for them, stand beside the token's. It loads no table.
 */
import { PipeError } from '../errors.js';
import { idsIn } from '../formats/features.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { Column, EmbeddingTable } from '../model/embedding.js';
import { eachRecord, type Step } from './step.js';

export interface EmbedOptions {
  /** whose vectors stand side by side at a time step */
  columns: readonly Column[];
  vocabularyHash?: string;
}

/** Without `mask` every id is real. Ids outside their table, or of another vocabulary, reject the record. */
export function embed({ columns, vocabularyHash }: EmbedOptions): Step {
  const dim = columns.reduce((sum, { table }) => sum + table.dim, 0);
  return eachRecord((record, context) => {
    const { ids } = idsIn(record);
    const { mask, vocabulary } = record;
    if (vocabularyHash !== undefined && vocabulary !== undefined && vocabulary !== vocabularyHash)
      throw new PipeError('mismatch', 'the ids belong to another vocabulary', {
        expected: vocabularyHash,
        found: vocabulary,
        hint: 'encode the tokens again with this vocabulary: rnn-pipe encode',
      });
    if (mask !== undefined && mask.length !== ids.length)
      throw new PipeError('data', 'the mask is not as long as the ids', {
        expected: `${ids.length}`,
        found: `${mask.length}`,
        hint: 'make both again with rnn-pipe pad',
      });
    const data = new Float32Array(ids.length * dim);
    let [missing, column] = [0, 0];
    for (const { field, table } of columns) {
      for (const [index, id] of need(record, field).entries()) {
        checkId(id, index, record, table);
        if (mask?.[index] === 0) continue;
        data.set(table.row(id), index * dim + column);
        if (table.isMissing(id)) missing++;
      }
      column += table.dim;
    }
    if (missing > 0) context.count('missingVectors', missing);
    return { ...record, embeddings: new Tensor([ids.length, dim], data) };
  });
}

function checkId(id: number, index: number, record: SentenceRecord, { rows }: EmbeddingTable): void {
  if (id >= 0 && id < rows) return;
  throw new PipeError('data', `id ${id} at index ${index} of record ${JSON.stringify(record.id)} is outside the vocabulary`, {
    expected: `0 to ${rows - 1}`,
    found: `${id}`,
    hint: 'give the vocabulary that encode used: --vocab FILE',
  });
}
