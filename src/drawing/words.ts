/** What the picture says, in English and in Chinese. The first language stands large; where two lines fit, the other beneath. */

export type Language = 'en' | 'zh';

/** [English, Chinese] */
const WORDS = {
  timeStep: ['time step', '时间步'],
  id: ['id', '编号'],
  token: ['token', '词'],
  x: ['word vector x', '词向量 x'],
  gates: ['gates', '门'],
  c: ['cell state c', '细胞状态 c'],
  h: ['hidden state h', '隐藏状态 h'],
  output: ['output', '输出'],
  logits: ['logits', '得分 logits'],
  softmax: ['softmax', '概率 softmax'],
  sigmoid: ['sigmoid', '概率 sigmoid'],
  chances: ['next: most probable', '最可能的下一个'],
  answer: ['answer', '答案'],
  tag: ['tag', '标签'],
  attention: ['attention', '注意力'],
  attentionOver: ['sum of the states, weighted by attention', '按注意力加权的状态之和'],
  gradient: ['‖∂loss/∂h‖', '损失对 h 的梯度'],
  said: ['said', '译出'],
  context: ['context', '上下文'],
  decoder: ['decoder', '解码器'],
  rest: ['rest', '其余'],
  lookedKey: ['attention of the marked word', '所标词的注意力'],
  loopKey: ['the said word goes in next', '说出的词作为下一步输入'],
  looked: ['what is looked at', '看的是哪些词'],
  beam: ['beam search', '束搜索'],
  forward: ['→ reads forward', '→ 正向读'],
  backward: ['← reads backward', '← 反向读'],
  layer: ['layer', '第…层'],
  lastReal: ['last real step', '最后一个真实时间步'],
  firstReal: ['first real step', '第一个真实时间步'],
  mean: ['mean of the real steps', '真实时间步的平均'],
  max: ['maximum over the real steps', '真实时间步的最大值'],
  padding: ['padding: not computed', '填充：不计算'],
  handedOn: ['handed on as they are', '原样传下去'],
  handedOnOne: ['handed on as it is', '原样传下去'],
  masked: ['all 0, masked', '全 0，屏蔽'],
  hiddenArrow: ['h handed to the next step', 'h 传给下一步'],
  cellArrow: ['c handed to the next step', 'c 传给下一步'],
  withinArrow: ['within one time step', '同一时间步之内'],
  paddingKey: ['padding (mask 0)', '填充（mask 为 0）'],
  unknownKey: ['unknown word: <unk>', '未登录词：<unk>'],
  unknown: ['unk', '未知'],
  ofGates: ['gates', '门'],
  shut: ['0 shut', '0 关'],
  open: ['1 open', '1 开'],
  rangeNote: ['range: 99.5 % of |value|, real steps only', '范围：|值| 的 99.5 %，只算真实时间步'],
  rangeGiven: ['range: as asked for', '范围：按所给的'],
  inkSquares: ['a square’s area is the size: filled +, hollow −', '方块面积为大小：实心为正，空心为负'],
  inkBars: ['small cells: a bar to the right +, to the left −', '小格：向右的条为正，向左为负'],
  inkBarsUp: ['small cells: a bar upwards +, downwards −', '小格：向上的条为正，向下为负'],
  beyond: ['values lie beyond it (notched)', '个值超出（有缺角）'],
  beyondOne: ['value lies beyond it (notched)', '个值超出（有缺角）'],
  units: ['units', '个单元'],
  numbers: ['numbers', '个数'],
  aBand: ['a band:', '个一格：'],
  furthest: ['the one furthest from 0', '取离 0 最远的'],
  sorted: ['ordered by h at the last real step', '按最后真实步的 h 排序'],
  shownOf: ['of', '／共'],
  change: ['change ‖Δh‖', '变化 ‖Δh‖'],
  shownBelow: ['shown large below:', '下面放大：'],
  oneColumn: ['one column =', '一列 ='],
  stepsMean: ['steps, mean', '步，取平均'],
  noTrace: ['gates are in the record after rnn --trace', '加 rnn --trace 才有门'],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export const say = (word: Word, language: Language): string => WORDS[word][language === 'en' ? 0 : 1];

/** The word in the other language, for a second line. */
export const sayToo = (word: Word, language: Language): string => WORDS[word][language === 'en' ? 1 : 0];

/** The sign of each gate in the equations. */
const SIGNS: Readonly<Record<string, string>> = {
  inputGate: 'i',
  forgetGate: 'f',
  outputGate: 'o',
  updateGate: 'z',
  resetGate: 'r',
  hiddenState: 'h',
};

/** c̃ of an LSTM, h̃ of a GRU: the letter and U+0303. */
export const signOf = (gate: string, cell: string | undefined): string =>
  gate === 'candidate' ? (cell === 'gru' ? 'h\u0303' : 'c\u0303') : (SIGNS[gate] ?? gate);
