/** What a segmenter is, and what it is asked for. The segmenters themselves are in segmenters/, one file each. */

/** The tokens of one text. */
export interface Cut {
  tokens: string[];
  /** start and end of each token in turn, in UTF-16 code units; `tokenize` makes them code points */
  spans: number[];
  /** tokens that were left out */
  dropped: number;
}

/** Cuts many texts in one call, so that the cost of calling native code is shared. */
export type Cutter = (texts: readonly string[]) => Cut[];

/**
 * Cuts many runs of Chinese characters, whose code units stand one after another with a line end between each two runs: gives the
 * lengths of their words, in order. No word goes over a line end, which is in none of them.
 */
export type CutRuns = (runs: Uint16Array) => ArrayLike<number>;

/** The same by a network, which answers in its own time. */
export type LaterCutter = (texts: readonly string[]) => Promise<Cut[]>;

/** A dictionary of the user's, already read. */
export interface UserDictionary {
  file: string;
  text: string;
}

export interface SegmenterOptions {
  name: 'jieba' | 'intl' | 'characters' | 'codepoints' | 'whitespace';
  /** jieba only; builtin, and for --hmm nodejieba where its binding loads, else jieba-rs */
  backend?: 'builtin' | 'nodejieba' | 'jieba-rs';
  /** jieba only: guess words that the dictionary does not have */
  hmm?: boolean;
  /** jieba only: `all` gives every word of the dictionary that is in the text, `search` adds the words inside long ones */
  mode?: 'cut' | 'all' | 'search';
  userDicts?: readonly UserDictionary[];
  pos?: boolean;
  stopWords?: readonly string[];
  dropPunctuation?: boolean;
  toSimplified?: boolean;
}

/** A segmenter that is ready to cut, as one file in segmenters/ makes it. */
export interface OpenSegmenter {
  cut: Cutter;
  /** where only runs of Chinese characters are cut in a way of its own, and all else by the one rule of `other-text.ts`: how they are */
  cutRuns?: CutRuns;
  /** all that decides where it cuts: goes into the fingerprint */
  identity: readonly string[];
  backend?: string;
  /** the part of speech of a token, where it was asked for */
  tagOf?: (token: string) => string;
}

/** One line of segmenters/index.ts. */
export interface SegmenterDefinition {
  name: SegmenterOptions['name'];
  open(options: SegmenterOptions): Promise<OpenSegmenter>;
}

/** A segmenter with everything that stands before and after the cutting. */
export interface Segmenter<C extends Cutter | LaterCutter = Cutter> {
  name: SegmenterOptions['name'] | 'model';
  /** `<name>-<8 hex>`: two segmenters with one fingerprint give the same tokens */
  fingerprint: string;
  /** of jieba: which library cuts; not a part of the fingerprint, unless it guesses new words */
  backend?: string;
  cut: C;
  /** as in OpenSegmenter, where nothing stands before or after the cutting */
  cutRuns?: CutRuns;
  tagOf?: (token: string) => string;
  /** traditional to simplified characters, before cutting */
  simplify?: (text: string) => string;
}

/** A segmenter of any kind, for who can wait. */
export type AnySegmenter = Segmenter<Cutter | LaterCutter>;
