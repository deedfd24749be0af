/** Jobs side by side: as many as keep a program's threads busy. */

/** So many are under way at once: one for each thread, and one more that is made ready. */
export const atOnce = (threads: number): number => (threads === 1 ? 1 : threads + 1);

/** Does the work for each, `atOnce` side by side. @throws the first error, when no job is under way any more */
export async function sideBySide<J>(jobs: Iterable<J>, threads: number, work: (job: J) => Promise<void>): Promise<void> {
  const under = new Set<Promise<void>>();
  const errors: unknown[] = [];
  for (const job of jobs) {
    if (errors.length > 0) break;
    const one: Promise<void> = work(job).then(
      () => void under.delete(one),
      (error: unknown) => {
        errors.push(error);
        under.delete(one);
      },
    );
    under.add(one);
    if (under.size >= atOnce(threads)) await Promise.race(under);
  }
  await Promise.all(under);
  if (errors.length > 0) throw errors[0];
}
