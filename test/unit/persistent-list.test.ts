import { describe, expect, it } from 'vitest';

import { PersistentList } from '../../src/core/persistent-list';
import { createRandom } from '../fixtures/seeded-random';

// A list is told from an array by nothing but what becomes of the one before.

const LENGTHS = [0, 1, 31, 32, 33, 64, 1_023, 1_024, 1_025, 1_057, 32_768, 32_769];
const count = (length: number) => Array.from({ length }, (_, index) => index);

describe.each(LENGTHS)('a list of %s items', length => {
    const items = count(length);
    const list = PersistentList.of(items);

    it('has them', () => {
        expect(list.length).toBe(length);
        expect([...list]).toEqual(items);
        expect(list.at(length - 1)).toBe(length === 0 ? undefined : length - 1);
        expect([list.at(-1), list.at(length), list.at(NaN)]).toEqual([undefined, undefined, undefined]);
        expect(list.filter(item => item % 7 === 0)).toEqual(items.filter(item => item % 7 === 0));
        expect([list.some(item => item === length - 1), list.some(item => item === length)]).toEqual([
            length > 0,
            false,
        ]);
    });

    it('has another item in the next list only', () => {
        const random = createRandom(`list ${length}`);
        const expected = [...items];
        let next = list;
        for (let turn = 0; turn < 50 && length > 0; turn++) {
            const place = Math.floor(random() * length);
            expected[place] = -turn;
            next = next.with(place, -turn);
        }
        expect([...next]).toEqual(expected);
        expect([...list]).toEqual(items);
    });

    it('has one more item in the next list only', () => {
        let next = list;
        for (let turn = 0; turn < 70; turn++) next = next.append(length + turn);
        expect([...next]).toEqual(count(length + 70));
        expect(next.at(length + 69)).toBe(length + 69);
        expect([...list]).toEqual(items);
    });
});
