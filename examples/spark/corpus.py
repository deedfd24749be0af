"""A corpus through rnn-pipe on Apache Spark: tokens, a vocabulary by a tree of merges, and ids or predictions with Arrow in and out.

    rnn-pipe sentences corpus.txt -o sentences.jsonl
    spark-submit corpus.py sentences.jsonl results/ --rnn-pipe "/usr/bin/node /opt/rnn-pipe/bin/rnn-pipe.js" [--model model/]

Every step of rnn-pipe is a filter: lines (or Arrow) in, lines (or Arrow) out, an id carried along, nothing kept between records, nothing
written elsewhere, no environment needed, and an exit code that says whether all went well. So a task that failed can be run again.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import tempfile
import threading

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

TOKENS = "id string, text string, span array<int>, tokens array<string>, tokenSpans array<array<int>>, segmenter string"
IDS = TOKENS + ", ids array<int>, vocabulary string"
ANSWERS = "id string, text string, prediction string, probabilities array<float>"


def tokens_of(lines, command):
    """RDD.pipe has no shell and an empty environment; without checkCode a crash would be no failure."""
    return lines.pipe(command + " tokenize --workers 1 --quiet", checkCode=True)


def vocabulary_of(tokens, command, depth=2):
    """Counts of every partition, two and two made one: the vocabulary of one run over everything, byte for byte."""

    def counted(records):
        text = "".join(record + "\n" for record in records)
        yield run(command, ["vocab", "--partial", "--workers", "1", "--quiet"], text)

    def merged(a, b):
        return merge(command, [a, b], ["--partial"])

    return merge(command, [tokens.mapPartitions(counted).treeReduce(merged, depth)], [])


def merge(command, parts, more):
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, f"{i}.counts.json") for i in range(len(parts))]
        for name, text in zip(names, parts):
            with open(name, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        return run(command, ["vocab", "--merge", *more, "--quiet", *names], "")


def run(command, arguments, text):
    return subprocess.run([*shlex.split(command), *arguments], input=text.encode(), stdout=subprocess.PIPE, env={}, check=True).stdout.decode()


ARROW = ["--input-format", "arrow", "--format", "arrow", "--workers", "1", "--quiet"]


def through(command, arguments, schema):
    """What mapInArrow calls for a partition: record batches to one rnn-pipe, and what it makes of them.

    `arguments` is a function: it gets a function that tells where a file or archive that was shipped lies on this executor.
    """
    arrow = to_arrow_schema(StructType.fromDDL(schema))

    def partition(batches):
        first = next(batches, None)
        if first is None:  # an empty partition starts nothing
            return
        asked = arguments(SparkFiles.get)
        process = subprocess.Popen([*shlex.split(command), *asked, *ARROW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})

        def feed():
            try:
                with process.stdin, pa.ipc.new_stream(process.stdin, first.schema) as writer:
                    writer.write_batch(first)
                    for batch in batches:
                        writer.write_batch(batch)
            except (BrokenPipeError, pa.ArrowInvalid, OSError):
                pass  # it has ended, and its exit code says why

        feeding = threading.Thread(target=feed, daemon=True)
        feeding.start()
        with process.stdout:
            try:
                for batch in pa.ipc.open_stream(process.stdout):
                    yield fitted(batch, arrow)
            except pa.ArrowInvalid:
                if process.wait() == 0:
                    raise
        feeding.join()
        if process.wait() != 0:
            raise RuntimeError(f"rnn-pipe {asked[0]} ended with {process.returncode}")

    return partition


def fitted(batch, schema):
    """rnn-pipe's columns as the ones that Spark was told of: no lists of fixed size, nothing that is not asked for."""
    columns = [
        batch.column(field.name).cast(field.type) if field.name in batch.schema.names else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def corpus(spark, sentences, results, command, partitions, model=None):
    """Tokens, vocabulary, ids; with a model its answers.

    Lines of tokens go to results/tokens, rows to results/ids.parquet and results/answers.parquet; the vocabulary beside them.
    """
    context = spark.sparkContext
    tokens = tokens_of(context.textFile(sentences, partitions), command).persist()
    tokens.saveAsTextFile(os.path.join(results, "tokens"))
    vocabulary = os.path.join(results, "vocabulary.json")
    with open(vocabulary, "w", encoding="utf-8", newline="") as file:
        file.write(vocabulary_of(tokens, command))
    context.addFile(vocabulary)
    rows = spark.read.schema(TOKENS).json(tokens)
    ids = rows.mapInArrow(through(command, lambda file: ["encode", "--vocab", file("vocabulary.json")], IDS), IDS)
    ids.write.parquet(os.path.join(results, "ids.parquet"))
    if model is None:
        return ids, None
    with tempfile.TemporaryDirectory() as folder:
        context.addArchive(shutil.make_archive(os.path.join(folder, "model"), "zip", model) + "#model")
        answers = rows.select("id", "text").mapInArrow(through(command, lambda file: ["predict", file("model"), "-"], ANSWERS), ANSWERS)
        answers.write.parquet(os.path.join(results, "answers.parquet"))
    return ids, answers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", help="records of rnn-pipe sentences, where every executor can read them")
    parser.add_argument("results", help="a new folder")
    parser.add_argument("--rnn-pipe", default="node rnn-pipe/bin/rnn-pipe.js", help="the command on an executor, without its options")
    parser.add_argument("--model", help="a folder that rnn-pipe train has written")
    parser.add_argument("--partitions", type=int, default=8)
    options = parser.parse_args()
    spark = SparkSession.builder.appName("rnn-pipe").getOrCreate()
    corpus(spark, options.sentences, options.results, options.rnn_pipe, options.partitions, options.model)
    spark.stop()


if __name__ == "__main__":
    main()
