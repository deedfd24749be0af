/**
 * The words of a dictionary and their frequencies, to be found character by character: a trie whose edges all stand in one hash table. A node
 * is the place of the edge that leads to it. Small enough for each thread to have its own (15 MB), and made from the file in 0.1 s.
 */
import { HAN_FIRST, HAN_LAST, isHan } from '../han.js';

/** A place in the table; negative for none. */
export type Node = number;

const [NONE, ROOT] = [-1, -2];

export class WordTrie {
  /** all frequencies together */
  total = 0;
  /** open addressing: the node before each edge, and its character; at most half are taken */
  #parents = new Int32Array(1 << 20).fill(NONE);
  #characters = new Uint16Array(1 << 20);
  /** of the word that ends there: log of its frequency; NaN where none does */
  #logs = new Float64Array(1 << 20).fill(NaN);
  #edges = 0;
  /** the nodes of the first characters, which every search begins with */
  #first = new Int32Array(HAN_LAST - HAN_FIRST + 1).fill(NONE);

  /** @param text lines of `word frequency …` */
  static of(text: string): WordTrie {
    const trie = new WordTrie();
    for (let at = 0; at < text.length;) {
      const space = text.indexOf(' ', at);
      const word = text.slice(at, space);
      // Number() of a part of every line would be half of the time
      let frequency = 0;
      for (at = space + 1; isDigit(text.charCodeAt(at)); at++) frequency = 10 * frequency + text.charCodeAt(at) - 0x30;
      trie.set(word, frequency);
      at = text.indexOf('\n', at) + 1 || text.length;
    }
    return trie;
  }

  /** Words of other than Chinese characters are in the total only: no run of those holds one. */
  set(word: string, frequency: number): void {
    let node: Node = ROOT;
    for (let i = 0; i < word.length; i++) {
      if (!isHan(word.charCodeAt(i))) {
        this.total += frequency;
        return;
      }
      node = this.#edge(node, word.charCodeAt(i));
    }
    this.total += frequency - this.frequency(node);
    this.#logs[node] = frequency > 0 ? Math.log(frequency) : NaN;
    if (2 * this.#edges > this.#parents.length) this.#grow();
  }

  /** The node of a first character, or a negative number. */
  first(character: number): Node {
    return this.#first[character - HAN_FIRST]!;
  }

  /** The node behind `node` by a further character, or a negative number. */
  next(node: Node, character: number): Node {
    const slot = this.#slot(node, character);
    return this.#parents[slot] === NONE ? NONE : slot;
  }

  /** The log of the frequency of the word that ends at a node; NaN if none does. */
  log(node: Node): number {
    return node < 0 ? NaN : this.#logs[node]!;
  }

  /** A whole number, so that it can be had from its log; 0 where no word ends. */
  frequency(node: Node): number {
    const log = this.log(node);
    return Number.isNaN(log) ? 0 : Math.round(Math.exp(log));
  }

  /** The node of a word of Chinese characters, or a negative number. */
  find(word: string): Node {
    let node = this.first(word.charCodeAt(0));
    for (let i = 1; i < word.length && node >= 0; i++) node = this.next(node, word.charCodeAt(i));
    return node;
  }

  /** The place of an edge, or the free one where it belongs. */
  #slot(parent: Node, character: number): number {
    const [parents, characters] = [this.#parents, this.#characters];
    const last = parents.length - 1;
    let slot = hash(parent, character) & last;
    while (parents[slot] !== NONE && (parents[slot] !== parent || characters[slot] !== character)) slot = (slot + 1) & last;
    return slot;
  }

  #edge(parent: Node, character: number): Node {
    const slot = this.#slot(parent, character);
    if (this.#parents[slot] !== NONE) return slot;
    this.#parents[slot] = parent;
    this.#characters[slot] = character;
    this.#edges++;
    if (parent === ROOT) this.#first[character - HAN_FIRST] = slot;
    return slot;
  }

  /** Every edge again, in a table twice as large: a node's place changes, and with it the name of the parent in the edges behind it. */
  #grow(): void {
    const [parents, characters, logs] = [this.#parents, this.#characters, this.#logs];
    this.#parents = new Int32Array(2 * parents.length).fill(NONE);
    this.#characters = new Uint16Array(2 * parents.length);
    this.#logs = new Float64Array(2 * parents.length).fill(NaN);
    this.#edges = 0;
    const moved = new Int32Array(parents.length).fill(NONE);
    const move = (node: Node): Node => {
      if (node === ROOT || moved[node] !== NONE) return node === ROOT ? ROOT : moved[node]!;
      moved[node] = this.#edge(move(parents[node]!), characters[node]!);
      this.#logs[moved[node]] = logs[node]!;
      return moved[node];
    };
    for (const [node, parent] of parents.entries()) if (parent !== NONE) move(node);
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Stirred so that the low bits depend on both. */
function hash(parent: Node, character: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(character, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
