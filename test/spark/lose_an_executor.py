"""Runs examples/spark/corpus.py on two executors, kills one of them while it works, and says what came of it.

usage: lose_an_executor.py SENTENCES RESULTS COMMAND MODEL
"""

import json
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/spark"))
import corpus  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

sentences, results, command, model = sys.argv[1:]
spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .appName("rnn-pipe")
    .config("spark.ui.enabled", "false")
    .config("spark.executor.memory", "600m")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
context = spark.sparkContext
context.addPyFile(corpus.__file__)
lost = []


def executors():
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read().split(b"\0")
        except OSError:
            continue
        if any(b"CoarseGrainedExecutorBackend" in part for part in line) and context.applicationId.encode() in line:
            found.append(int(name))
    return sorted(found)


def kill_one():
    tracker = context.statusTracker()
    while not lost:
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            # some of the stage is done, and some is not
            if info and info.numCompletedTasks >= 1 and info.numActiveTasks >= 1:
                lost.append(executors()[0])
                os.kill(lost[0], signal.SIGKILL)
                return
        time.sleep(0.02)


threading.Thread(target=kill_one, daemon=True).start()
ids, answers = corpus.corpus(spark, sentences, results, command, 6, model)
import pyarrow as pa  # noqa: E402
import pyarrow.parquet  # noqa: E402

rows = {}
for name in ("ids", "answers"):
    table = pyarrow.parquet.read_table(os.path.join(results, f"{name}.parquet"))
    rows[name] = table.num_rows
    with pa.OSFile(os.path.join(results, f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
print(json.dumps({"lost": lost, "left": executors(), "rows": rows}))
spark.stop()
