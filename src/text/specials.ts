/** The four special tokens, which have the first ids of every vocabulary. A word of the text that looks like one is an ordinary word. */
export const SPECIALS = ['<pad>', '<unk>', '<bos>', '<eos>'] as const;

/** padding: no word has this id */
export const PAD = 0;
/** a token that the vocabulary does not have */
export const UNKNOWN = 1;
/** what stands before the first token and after the last one, where a network writes text */
export const BEGIN = 2;
export const END = 3;
