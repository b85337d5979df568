/**
 * The program of a worker thread, as text: a thread that is started from text finds its program in the sources, in a
 * build of either module format and in a bundle, where a path to a file of ours would be another one in each. It needs
 * nothing but the path of sodium-native.
 *
 * It answers `{ id, records, messageLength }`, where the records are key, signature and message one after the other,
 * with `{ id, verdicts }`: one byte for each record, 1 for good and 0 for bad.
 */
export const WORKER_SOURCE = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const sodium = require(workerData.sodiumPath);
const KEY = sodium.crypto_sign_PUBLICKEYBYTES;
const SIGNATURE = sodium.crypto_sign_BYTES;
parentPort.on('message', ({ id, records, messageLength }) => {
    const size = KEY + SIGNATURE + messageLength;
    const verdicts = new Uint8Array(records.byteLength / size);
    for (let index = 0; index < verdicts.length; index += 1) {
        const key = Buffer.from(records, index * size, KEY);
        const signature = Buffer.from(records, index * size + KEY, SIGNATURE);
        const message = Buffer.from(records, index * size + KEY + SIGNATURE, messageLength);
        verdicts[index] = [false, true].indexOf(sodium.crypto_sign_verify_detached(signature, message, key));
    }
    parentPort.postMessage({ id, verdicts }, [verdicts.buffer]);
});
parentPort.postMessage({ ready: true });
`;
