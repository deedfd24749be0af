/** Step 5: `ids` to `embeddings`, one word vector a time step, [timeSteps, dim]; zeros where masked. It loads no table. */
import { PipeError } from '../errors.js';
import { need } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { EmbeddingTable } from '../model/embedding.js';
import { eachRecord, type Step } from './step.js';

/** Without `mask` every id is real. Ids outside the table, or of another vocabulary, reject the record. */
export function embed({ table, vocabularyHash }: { table: EmbeddingTable; vocabularyHash?: string }): Step {
  return eachRecord((record, context) => {
    const ids = need(record, 'ids');
    const { mask, vocabulary } = record;
    if (vocabularyHash !== undefined && vocabulary !== undefined && vocabulary !== vocabularyHash)
      throw new PipeError('mismatch', 'the ids belong to another vocabulary', {
        expected: vocabularyHash,
        found: vocabulary,
        hint: 'encode the tokens again with this vocabulary: rnn-pipe encode --vocab FILE',
      });
    if (mask !== undefined && mask.length !== ids.length)
      throw new PipeError('data', 'the mask is not as long as the ids', {
        expected: `${ids.length}`,
        found: `${mask.length}`,
        hint: 'make both again with rnn-pipe pad',
      });
    const data = new Float32Array(ids.length * table.dim);
    let missing = 0;
    for (const [index, id] of ids.entries()) {
      if (!(id >= 0 && id < table.rows))
        throw new PipeError('data', `id ${id} at index ${index} of record ${JSON.stringify(record.id)} is outside the vocabulary`, {
          expected: `0 to ${table.rows - 1}`,
          found: `${id}`,
          hint: 'give the vocabulary that encode used: --vocab FILE',
        });
      if (mask?.[index] === 0) continue;
      data.set(table.row(id), index * table.dim);
      if (table.isMissing(id)) missing++;
    }
    if (missing > 0) context.count('missingVectors', missing);
    return { ...record, embeddings: new Tensor([ids.length, table.dim], data) };
  });
}
