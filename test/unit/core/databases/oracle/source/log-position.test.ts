import { expect, test } from '@jest/globals';
import {
  formatScn,
  parseScn,
  resumePosition,
  startPosition,
  streamedPosition,
} from '#core/databases/oracle/source/log-position.ts';

test('an SCN is a decimal number of up to 64 bits', () => {
  expect(parseScn('18446744073709551615')).toBe(18446744073709551615n);
  expect(formatScn(parseScn('2868546'))).toBe('2868546');
  expect(() => parseScn('0/1A')).toThrow(TypeError);
});

test('capture has not begun to stream without an offset, in the snapshot phase, and right after it', () => {
  expect(streamedPosition(undefined)).toBeUndefined();
  expect(streamedPosition({ scn: '100', snapshot: 'INITIAL', snapshot_completed: false })).toBeUndefined();
  expect(streamedPosition({ scn: '100', snapshot_scn: '100', commit_scn: '' })).toBeUndefined();
  expect(streamedPosition({ scn: '100', snapshot_scn: '100' })).toBeUndefined();
});

test('everything up to the resume position was passed on', () => {
  expect(streamedPosition({ scn: '150', snapshot_scn: '100', commit_scn: '150:1:0a000b00' })).toBe(150n);
});

test('a long transaction holds the resume position back, but not what was committed since', () => {
  expect(streamedPosition({ scn: '100', snapshot_scn: '100', commit_scn: '250:1:0a00-0b00' })).toBe(249n);
});

test('of several redo threads the one that is furthest behind counts', () => {
  expect(streamedPosition({ scn: '100', snapshot_scn: '90', commit_scn: '250:1:0a00,200:2:0b00' })).toBe(
    199n,
  );
  expect(streamedPosition({ scn: '300', snapshot_scn: '90', commit_scn: '250:1:0a00,200:2:0b00' })).toBe(
    300n,
  );
});

test('numbers of Connect are read too, and what is none is no position', () => {
  expect(resumePosition({ scn: 42 })).toBe(42n);
  expect(resumePosition({ scn: 42n })).toBe(42n);
  expect(resumePosition({ scn: 'null' })).toBeUndefined();
  expect(resumePosition(undefined)).toBeUndefined();
  expect(startPosition({ scn: '150', snapshot_scn: '100' })).toBe(100n);
});
