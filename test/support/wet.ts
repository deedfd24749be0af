/** WET files as Common Crawl writes them: CRLF in headers, Content-Length in bytes, two line ends after the body. */

export interface WetRecord {
  type?: string;
  uri?: string;
  body: string;
  /** instead of the true length */
  length?: string;
}

export function wetRecord({ type = 'conversion', uri, body, length }: WetRecord): Buffer {
  const headers = [
    'WARC/1.0',
    `WARC-Type: ${type}`,
    ...(uri === undefined ? [] : [`WARC-Target-URI: ${uri}`]),
    'WARC-Date: 2026-01-02T03:04:05Z',
    'WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>',
    'Content-Type: text/plain',
    `Content-Length: ${length ?? Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body}\r\n\r\n`);
}

/** A record about the file, three pages, a record that is no text, and a page about WARC that quotes one. */
export const PAGES: readonly WetRecord[] = [
  { type: 'warcinfo', body: 'Software-Info: made by hand\r\nRobots: classic\r\n' },
  { uri: 'http://example.cn/a', body: '今天天气很好。\n我们去公园😀散步吧！\n' },
  { uri: 'http://example.cn/b?x=1', body: '第二页\n\n  只有两行。' },
  { type: 'metadata', uri: 'http://example.cn/b?x=1', body: 'fetchTimeMs: 12' },
  { uri: 'http://example.cn/warc', body: '一个记录是这样的：\nWARC/1.0\nWARC-Type: conversion\n\n正文。\n' },
];

export const wet = (records: readonly WetRecord[] = PAGES): Buffer => Buffer.concat(records.map(wetRecord));
